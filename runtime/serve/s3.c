/* S3: buckets, as stacks or calls made them, and the objects that lie in them. Buckets are in the
 * path: a server at 127.0.0.1 has no names before its own.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "runtime/aws/protocol.h"
#include "runtime/aws/when.h"
#include "runtime/serve/front.h"
#include "runtime/simulator/listing.h"

#define NAMESPACE "http://s3.amazonaws.com/doc/2006-03-01/"

#define BUCKET "AWS::S3::Bucket"

enum {
    MOST_KEYS = 1000,           /* of one answer */
    OBJECTS_BEGIN = 1767225600, /* 2026-01-01T00:00:00Z */
};

struct place { /* what the path names */
    struct text bucket, key;
};

static struct place read_path(struct serving *serving) {
    struct text path = serving->request->path;
    struct place place = {TEXT(""), TEXT("")};
    if (path.length && path.bytes[0] == '/') path.bytes++, path.length--;
    const char *slash = path.length ? memchr(path.bytes, '/', path.length) : NULL;
    place.bucket = path;
    if (slash) {
        place.bucket.length = (size_t)(slash - path.bytes);
        place.key = (struct text){slash + 1, path.length - place.bucket.length - 1};
        place.key = http_decode(serving->arena, place.key);
    }
    return place;
}

static void respond(struct serving *serving, unsigned status, const struct data *root) {
    struct buffer body;
    buffer_init(&body);
    if (root) protocol_write_xml(root, &body);
    serving->response->status = status;
    serving->response->type = root ? "application/xml" : NULL;
    serving->response->body = buffer_take(&body, serving->arena);
    buffer_release(&body);
}

static struct data *root_record(struct serving *serving, const char *name) {
    struct data *root = data_new(serving->arena, DATA_RECORD);
    root->key = text_of(name);
    data_put(serving->arena, root, "xmlns", TEXT(NAMESPACE))->is_attribute = true;
    return root;
}

/* A bucket of that name in the world, told apart by its owner where the client says whose it is. */
static bool check_bucket(struct serving *serving, struct text bucket) {
    struct text owner = serve_header(serving, "x-amz-expected-bucket-owner");
    const struct sim_stack *stack = sim_bucket_owner(serving->simulator, bucket);
    if (!stack) {
        return serve_refuse(serving, 404, "NoSuchBucket", "The specified bucket does not exist");
    }
    if (owner.length && !text_equal(owner, sim_account(stack))) {
        return serve_refuse(serving, 403, "AccessDenied", "Access Denied");
    }
    if (!text_equal(stack->region, serving->claim.region)) {
        serve_set_header(serving, "x-amz-bucket-region", stack->region);
        return serve_refuse(serving, 301, "PermanentRedirect",
                            "The bucket you are attempting to access must be addressed using the "
                            "specified endpoint. Please send all future requests to this "
                            "endpoint.");
    }
    return true;
}

/* --- objects ---------------------------------------------------------------------------------- */

static struct text entity_tag(struct serving *serving, struct text body) {
    struct text hash = hash_hex(serving->arena, HASH_MD5, body);
    return text_format(serving->arena, "\"%.*s\"", TEXT_ARGS(hash));
}

/* Carries out a call for the place; false when it was refused. */
static bool ask(struct serving *serving, enum cloud_operation operation, struct place place,
                struct cloud_call *call) {
    call->operation = operation;
    call->region = serving->claim.region;
    call->arena = serving->arena;
    call->request.bucket = place.bucket;
    call->request.key = place.key;
    sim_answer(serving->simulator, call);
    if (!cloud_failed(call)) return true;
    return serve_refuse(serving, text_is(call->error.code, "NoSuchBucket") ? 404 : 400,
                        call->error.code.bytes, "%.*s", TEXT_ARGS(call->error.message));
}

static void put_object(struct serving *serving, struct place place) {
    const struct http_request *request = serving->request;
    struct cloud_call call = {.request = {.body = request->body}};
    struct text condition = serve_header(serving, "If-None-Match");
    serving->looks = false;
    if (text_is(condition, "*") &&
        sim_object_find(serving->simulator, place.bucket, place.key, (struct text){0})) {
        serve_refuse(serving, 412, "PreconditionFailed",
                     "At least one of the pre-conditions you specified did not hold");
    } else if (ask(serving, CLOUD_PUT_OBJECT, place, &call)) {
        respond(serving, 200, NULL);
        serve_set_header(serving, "ETag", entity_tag(serving, request->body));
    }
}

/* Nobody keeps when an object was put: a second after the one before it, from the world's
 * beginning. */
static double time_of(const struct sim_object *object) {
    return OBJECTS_BEGIN + (double)object->number;
}

/* Of a HEAD the server sends the length of the body, and leaves it out. */
static void get_object(struct serving *serving, struct place place) {
    const struct sim_object *object =
        sim_object_find(serving->simulator, place.bucket, place.key, (struct text){0});
    if (!object) {
        serve_refuse(serving, 404, "NoSuchKey", "The specified key does not exist.");
        return;
    }
    respond(serving, 200, NULL);
    serving->response->type = "binary/octet-stream";
    serving->response->body = object->body;
    char when[40];
    when_format_http(time_of(object), when);
    serve_set_header(serving, "ETag", entity_tag(serving, object->body));
    serve_set_header(serving, "Last-Modified", text_copy(serving->arena, text_of(when)));
    if (!text_is(object->version, "null")) {
        serve_set_header(serving, "x-amz-version-id", object->version);
    }
}

static bool asks_for(const struct serving *serving, const char *name) {
    return data_get(serving->input, name) != NULL;
}

static struct text query_value(const struct serving *serving, const char *name) {
    return data_text(serving->input, name);
}

static void delete_object(struct serving *serving, struct place place) {
    struct cloud_object object = {.key = place.key, .version = query_value(serving, "versionId")};
    struct cloud_call call = {.request = {.objects = &object, .object_count = 1}};
    serving->looks = false;
    if (ask(serving, CLOUD_DELETE_OBJECTS, place, &call)) respond(serving, 204, NULL);
}

/* The keys and versions of <Delete>. */
static void delete_objects(struct serving *serving, struct place place) {
    struct failure why;
    struct data *asked;
    struct arena *arena = serving->arena;
    serving->looks = false;
    if (!data_read_xml(arena, serving->request->body, &asked, &why)) {
        serve_refuse(serving, 400, "MalformedXML",
                     "The XML you provided was not well-formed or did not validate against our "
                     "published schema");
        return;
    }
    struct data *root = root_record(serving, "DeleteResult");
    struct cloud_object *objects = arena_array(arena, asked->count + 1, sizeof *objects);
    struct cloud_call call = {.request = {.objects = objects}};
    for (const struct data *o = data_first(asked); o; o = o->next) {
        if (!text_is(o->key, "Object")) continue;
        struct cloud_object *object = &objects[call.request.object_count++];
        *object = (struct cloud_object){data_text(o, "Key"), data_text(o, "VersionId"),
                                        TEXT(""), TEXT("")};
        if (data_is_true(asked, "Quiet")) continue;
        struct data *gone = data_add(root, TEXT("Deleted"), data_new(arena, DATA_RECORD));
        data_put(arena, gone, "Key", object->key);
        data_set(arena, gone, "VersionId", object->version);
    }
    if (ask(serving, CLOUD_DELETE_OBJECTS, place, &call)) respond(serving, 200, root);
}

/* --- buckets ---------------------------------------------------------------------------------- */

/* Keys as the client wants them: encoded where it asks for that. */
static struct text told_key(struct serving *serving, struct text key) {
    struct buffer out;
    if (!text_is(query_value(serving, "encoding-type"), "url")) return key;
    buffer_init(&out);
    http_encode(&out, key, "/");
    struct text encoded = buffer_take(&out, serving->arena);
    buffer_release(&out);
    return encoded;
}

static void tell_object(struct serving *serving, struct data *root, const struct sim_object *object,
                        bool with_versions, bool latest) {
    struct arena *arena = serving->arena;
    struct text name = !with_versions ? TEXT("Contents")
                     : object->is_marker ? TEXT("DeleteMarker") : TEXT("Version");
    struct data *entry = data_add(root, name, data_new(arena, DATA_RECORD));
    data_put(arena, entry, "Key", told_key(serving, object->key));
    if (with_versions) {
        data_put(arena, entry, "VersionId", object->version);
        data_set_bool(arena, entry, "IsLatest", latest);
    }
    tell_time(arena, entry, "LastModified", time_of(object));
    if (object->is_marker) return;
    data_put(arena, entry, "ETag", entity_tag(serving, object->body));
    data_set_number(arena, entry, "Size", (long)object->body.length);
    data_put(arena, entry, "StorageClass", TEXT("STANDARD"));
}

/* Where a page begins, by the names that each of the three kinds of lists has for it. */
static void read_beginning(struct serving *serving, struct sim_listing *listing) {
    bool is_second = text_is(query_value(serving, "list-type"), "2");
    struct text token = query_value(serving, "continuation-token");
    if (listing->with_versions) {
        listing->after = query_value(serving, "key-marker");
        listing->after_version = query_value(serving, "version-id-marker");
    } else if (is_second) {
        listing->after = token.length ? http_decode(serving->arena, token)
                                      : query_value(serving, "start-after");
    } else {
        listing->after = query_value(serving, "marker");
    }
}

/* What the next page is asked for with. */
static void tell_next(struct serving *serving, struct data *root,
                      const struct sim_listing *listing) {
    struct arena *arena = serving->arena;
    const struct sim_listed *last = &listing->entries[listing->count ? listing->count - 1 : 0];
    struct text name = last->object ? last->object->key : last->prefix;
    if (!listing->is_cut || !listing->count) return;
    if (listing->with_versions) {
        data_put(arena, root, "NextKeyMarker", told_key(serving, name));
        if (last->object) data_put(arena, root, "NextVersionIdMarker", last->object->version);
    } else if (text_is(query_value(serving, "list-type"), "2")) {
        struct buffer token;
        buffer_init(&token);
        http_encode(&token, name, "");
        data_put(arena, root, "NextContinuationToken", buffer_take(&token, arena));
        buffer_release(&token);
    } else if (listing->delimiter.length) {
        data_put(arena, root, "NextMarker", told_key(serving, name));
    }
}

/* Objects of a bucket, as versions or plainly. */
static void list_objects(struct serving *serving, struct text bucket, bool with_versions) {
    struct arena *arena = serving->arena;
    struct data *root = root_record(serving, with_versions ? "ListVersionsResult"
                                                           : "ListBucketResult");
    struct text most = query_value(serving, "max-keys"), most_keys = text_copy(arena, most);
    unsigned long wanted = most.length ? strtoul(most_keys.bytes, NULL, 10) : MOST_KEYS;
    struct sim_listing listing = {
        .bucket = bucket, .prefix = query_value(serving, "prefix"),
        .delimiter = query_value(serving, "delimiter"), .with_versions = with_versions,
        .most = wanted < MOST_KEYS ? (uint32_t)wanted : MOST_KEYS};
    read_beginning(serving, &listing);
    sim_list_objects(serving->simulator, arena, &listing);
    data_put(arena, root, "Name", bucket);
    data_put(arena, root, "Prefix", told_key(serving, listing.prefix));
    data_set(arena, root, "Delimiter", told_key(serving, listing.delimiter));
    data_set(arena, root, "EncodingType", query_value(serving, "encoding-type"));
    data_set_number(arena, root, "MaxKeys", (long)listing.most);
    for (uint32_t i = 0; i < listing.count; i++) {
        const struct sim_listed *entry = &listing.entries[i];
        if (entry->object) {
            tell_object(serving, root, entry->object, with_versions, entry->is_latest);
        } else {
            struct data *prefix = data_add(root, TEXT("CommonPrefixes"),
                                           data_new(arena, DATA_RECORD));
            data_put(arena, prefix, "Prefix", told_key(serving, entry->prefix));
        }
    }
    data_set_bool(arena, root, "IsTruncated", listing.is_cut);
    tell_next(serving, root, &listing);
    if (!with_versions) data_set_number(arena, root, "KeyCount", (long)listing.count);
    respond(serving, 200, root);
}

static void list_buckets(struct serving *serving) {
    struct arena *arena = serving->arena;
    struct data *root = root_record(serving, "ListAllMyBucketsResult");
    struct data *list = data_set_new(arena, root, "Buckets", DATA_LIST);
    list->item = "Bucket";
    for (uint32_t s = 0; s < serving->simulator->stack_count; s++) {
        const struct sim_stack *stack = serving->simulator->stacks[s];
        for (uint32_t r = 0; r < stack->resource_count; r++) {
            const struct sim_resource *resource = stack->resources[r];
            if (!text_is(resource->type, BUCKET) || !resource->now.properties ||
                resource->is_missing) continue;
            struct data *bucket = data_add_record(arena, list);
            data_put(arena, bucket, "Name", resource->now.physical_id);
            tell_time(arena, bucket, "CreationDate", resource->updated);
        }
    }
    respond(serving, 200, root);
}

/* "" is us-east-1's own word. */
static void bucket_location(struct serving *serving) {
    struct data *root = root_record(serving, "LocationConstraint");
    if (!text_is(serving->claim.region, "us-east-1")) {
        struct data *text = data_new(serving->arena, DATA_TEXT);
        text->key = root->key;
        text->text = serving->claim.region;
        root = text;
    }
    respond(serving, 200, root);
}

/* 3 to 63 small letters, digits, dots and dashes, which begin and end with no dash or dot. */
static bool is_bucket_name(struct text name) {
    if (name.length < 3 || name.length > 63) return false;
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.bytes[i];
        bool inside = i > 0 && i + 1 < name.length && (c == '-' || c == '.');
        if (!ascii_is_lower(c) && !ascii_is_digit(c) && !inside) return false;
    }
    return true;
}

/* Names are the world's: whose it is decides between the two refusals. us-east-1 alone lets one
 * make one's own bucket twice. */
static void create_bucket(struct serving *serving, struct text name) {
    struct simulator *simulator = serving->simulator;
    struct sim_stack *owner;
    const struct sim_resource *old = sim_existing(simulator, BUCKET, TEXT(""), name, &owner);
    serving->looks = false;
    if (!is_bucket_name(name)) {
        serve_refuse(serving, 400, "InvalidBucketName", "The specified bucket is not valid.");
    } else if (old && !text_equal(sim_account(owner), simulator->account)) {
        serve_refuse(serving, 409, "BucketAlreadyExists",
                     "The requested bucket name is not available. The bucket namespace is shared "
                     "by all users of the system. Please select a different name and try again.");
    } else if (old && !(text_is(owner->region, "us-east-1") &&
                        text_is(serving->claim.region, "us-east-1"))) {
        serve_refuse(serving, 409, "BucketAlreadyOwnedByYou",
                     "Your previous request to create the named bucket succeeded and you already "
                     "own it.");
    } else {
        struct document *properties = document_new(&simulator->arena, DOCUMENT_OBJECT);
        struct text kept = text_copy(&simulator->arena, name);
        document_add(properties, TEXT("BucketName"), document_text(&simulator->arena, kept));
        if (!old) sim_outside_new(simulator, serving->claim.region, BUCKET, name, properties);
        respond(serving, 200, NULL);
        serve_set_header(serving, "Location", text_format(serving->arena, "/%.*s",
                                                          TEXT_ARGS(name)));
    }
}

static void delete_bucket(struct serving *serving, struct text name) {
    struct sim_stack *owner;
    struct sim_resource *bucket =
        sim_existing(serving->simulator, BUCKET, TEXT(""), name, &owner);
    serving->looks = false;
    if (sim_bucket_holds(serving->simulator, name)) {
        serve_refuse(serving, 409, "BucketNotEmpty",
                     "The bucket you tried to delete is not empty. You must delete all versions in "
                     "the bucket.");
    } else {
        sim_outside_delete(serving->simulator, owner, bucket);
        respond(serving, 204, NULL);
    }
}

/* Whether a part of the bucket's configuration is asked for: none is kept outside of templates. */
static bool asks_for_configuration(const struct serving *serving) {
    static const char *const parts[] = {
        "acl", "accelerate", "cors", "encryption", "lifecycle", "logging", "notification",
        "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock",
        "replication", "requestPayment", "tagging", "uploads", "versioning", "website"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (asks_for(serving, parts[i])) return true;
    }
    return false;
}

static void answer_bucket(struct serving *serving, struct text bucket) {
    struct text method = serving->request->method;
    if (text_is(method, "HEAD")) {
        respond(serving, 200, NULL);
        serve_set_header(serving, "x-amz-bucket-region", serving->claim.region);
    } else if (text_is(method, "POST") && asks_for(serving, "delete")) {
        delete_objects(serving, (struct place){bucket, TEXT("")});
    } else if (text_is(method, "GET") && asks_for(serving, "location")) {
        bucket_location(serving);
    } else if (text_is(method, "DELETE") && !serving->request->query.length) {
        delete_bucket(serving, bucket);
    } else if (text_is(method, "GET") && !asks_for_configuration(serving)) {
        list_objects(serving, bucket, asks_for(serving, "versions"));
    } else {
        serve_refuse(serving, 501, "NotImplemented", "The sandbox has no such operation");
    }
}

static void answer_object(struct serving *serving, struct place place) {
    struct text method = serving->request->method;
    if (text_is(method, "PUT")) put_object(serving, place);
    else if (text_is(method, "GET")) get_object(serving, place);
    else if (text_is(method, "HEAD")) get_object(serving, place);
    else if (text_is(method, "DELETE")) delete_object(serving, place);
    else serve_refuse(serving, 501, "NotImplemented", "The sandbox has no such operation");
}

/* The parts of the query are the call's members. */
static bool read_query(struct serving *serving) {
    struct data *query;
    struct failure why;
    if (!serve_read_form(serving->arena, serving->request->query, &query, &why)) {
        return serve_refuse(serving, 400, "InvalidURI", "Couldn't parse the specified URI.");
    }
    serving->input = query;
    return true;
}

void serve_s3(struct serving *serving) {
    struct place place = read_path(serving);
    if (!read_query(serving)) return;
    if (!place.bucket.length) {
        list_buckets(serving);
    } else if (text_is(serving->request->method, "PUT") && !place.key.length &&
               !serving->request->query.length) {
        create_bucket(serving, place.bucket);
    } else if (check_bucket(serving, place.bucket)) {
        if (place.key.length) answer_object(serving, place);
        else answer_bucket(serving, place.bucket);
    }
}
