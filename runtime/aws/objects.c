/* S3 in the words of runtime/cloud.h. Every request names the account that the bucket must belong
 * to: one that somebody else took the name of is refused. Keys come percent-encoded, since XML does
 * not have all the characters that a key may have.
 */
#include <openssl/evp.h>

#include "base/hash.h"
#include "runtime/aws/calls.h"

/* --- sending --------------------------------------------------------------------------------- */

static void set_header(struct arena *arena, struct data *input, const char *name,
                       struct text value) {
    if (value.length) data_put(arena, input, name, value)->place = PLACE_HEADER;
}

static struct text sha256_base64(struct arena *arena, struct text bytes) {
    unsigned char digest[HASH_LONGEST], letters[2 * HASH_LONGEST];
    size_t size = hash_digest(HASH_SHA256, bytes, digest);
    int length = EVP_EncodeBlock(letters, digest, (int)size);
    return text_copy(arena, (struct text){(char *)letters, (size_t)length});
}

static void set_body(struct arena *arena, struct data *input, struct text body, const char *type) {
    data_put(arena, input, "Body", body)->place = PLACE_PAYLOAD;
    set_header(arena, input, "x-amz-checksum-sha256", sha256_base64(arena, body));
    set_header(arena, input, "Content-Type", text_of(type));
}

/* Quiet: the answer names only what could not be deleted. */
static struct text deletion(struct arena *arena, const struct cloud_request *request) {
    struct data *root = data_new(arena, DATA_RECORD);
    struct buffer out;
    root->key = TEXT("Delete");
    data_put(arena, root, "xmlns", TEXT("http://s3.amazonaws.com/doc/2006-03-01/"))->is_attribute =
        true;
    struct data *list = data_set_new(arena, root, "Object", DATA_LIST);
    list->is_flat = true;
    for (uint32_t i = 0; i < request->object_count; i++) {
        struct data *object = data_add_record(arena, list);
        data_put(arena, object, "Key", request->objects[i].key);
        data_set(arena, object, "VersionId", request->objects[i].version);
    }
    data_set_bool(arena, root, "Quiet", true);
    buffer_init(&out);
    protocol_write_xml(root, &out);
    struct text body = buffer_take(&out, arena);
    buffer_release(&out);
    return body;
}

void call_fill_object(const struct filling *filling) {
    set_header(filling->arena, filling->input, "x-amz-expected-bucket-owner", filling->account);
    if (!filling->request->key.length) return;
    data_put(filling->arena, filling->input, "Key", filling->request->key)->place = PLACE_PATH;
}

void call_fill_new_object(const struct filling *filling) {
    call_fill_object(filling);
    set_body(filling->arena, filling->input, filling->request->body, "application/octet-stream");
}

void call_fill_versions(const struct filling *filling) {
    call_fill_object(filling);
    data_put(filling->arena, filling->input, "encoding-type", TEXT("url"))->place = PLACE_QUERY;
}

void call_fill_deletions(const struct filling *filling) {
    call_fill_object(filling);
    set_body(filling->arena, filling->input, deletion(filling->arena, filling->request),
             "application/xml");
}

/* --- reading --------------------------------------------------------------------------------- */

void call_read_versions(struct cloud_call *call, const struct data *result) {
    struct cloud_reply *reply = &call->reply;
    bool is_encoded = text_is(data_text(result, "EncodingType"), "url");
    reply->objects = arena_array(call->arena, result->count + 1, sizeof *reply->objects);
    for (const struct data *n = data_first(result); n; n = n->next) {
        if (!text_is(n->key, "Version") && !text_is(n->key, "DeleteMarker")) continue;
        struct text key = data_text(n, "Key");
        reply->objects[reply->object_count++] = (struct cloud_object){
            .key = is_encoded ? http_decode_form(call->arena, key)
                              : text_copy(call->arena, key),
            .version = text_copy(call->arena, data_text(n, "VersionId"))};
    }
}

void call_read_deletions(struct cloud_call *call, const struct data *result) {
    struct cloud_reply *reply = &call->reply;
    reply->objects = arena_array(call->arena, result->count + 1, sizeof *reply->objects);
    for (const struct data *n = data_first(result); n; n = n->next) {
        if (!text_is(n->key, "Error")) continue;
        reply->objects[reply->object_count++] = (struct cloud_object){
            .key = text_copy(call->arena, data_text(n, "Key")),
            .version = text_copy(call->arena, data_text(n, "VersionId")),
            .code = text_copy(call->arena, data_text(n, "Code")),
            .message = text_copy(call->arena, data_text(n, "Message"))};
    }
}
