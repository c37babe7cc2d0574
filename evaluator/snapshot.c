/* Snapshots: what a value was at the last `mrp test --update`, in a file beside the program. */
#include "evaluator/trial.h"

/* ---- where it lies ---- */

static struct text stem_of(struct text path) {
    size_t start = path.length, end = path.length;
    while (start > 0 && path.bytes[start - 1] != '/') start--;
    if (text_ends(path, TEXT(".mrp"))) end -= 4;
    return (struct text){path.bytes + start, end > start ? end - start : 0};
}

struct text snapshot_folder(struct arena *arena, const struct module *module) {
    return text_format(arena, "%.*s%ssnapshots/%.*s", TEXT_ARGS(module->folder),
                       module->folder.length ? "/" : "", TEXT_ARGS(stem_of(module->path)));
}

enum { SLUG_BYTES = 80 };

/* "Prod has 3 zones" -> prod-has-3-zones; what that leaves out of a title is told by a number. */
static struct text slug_of(struct evaluator *ev, struct text title) {
    struct buffer out;
    bool is_whole = title.length <= SLUG_BYTES;
    uint32_t hash = 2166136261u;
    buffer_init(&out);
    for (size_t i = 0; i < title.length; i++) {
        char c = title.bytes[i];
        hash = (hash ^ (unsigned char)c) * 16777619u;
        is_whole &= !(c & 0x80);
        if (out.length >= SLUG_BYTES) continue;
        if (ascii_is_alphanumeric(c))
            buffer_char(&out, ascii_lower(c));
        else if (out.length && out.bytes[out.length - 1] != '-') buffer_char(&out, '-');
    }
    while (out.length && out.bytes[out.length - 1] == '-') out.length--;
    if (!out.length) buffer_string(&out, "test");
    if (!is_whole) buffer_format(&out, "-%08x", (unsigned)hash);
    struct text slug = buffer_take(&out, ev->arena);
    buffer_release(&out);
    return slug;
}

static struct text path_of(struct evaluator *ev, struct text name) {
    struct trial *trial = ev->trial;
    const struct module *module = trial->run->module;
    struct text slug = slug_of(ev, trial->title);
    if (name.length) {
        struct text own = slug_of(ev, name);
        slug = text_format(ev->arena, "%.*s.%.*s", TEXT_ARGS(slug), TEXT_ARGS(own));
    } else if (++trial->snapshots > 1) {
        slug = text_format(ev->arena, "%.*s-%u", TEXT_ARGS(slug), trial->snapshots);
    }
    struct text folder = snapshot_folder(ev->arena, module);
    return text_format(ev->arena, "%.*s/%.*s.json", TEXT_ARGS(folder), TEXT_ARGS(slug));
}

/* ---- how two values differ ---- */

static bool find_difference(struct evaluator *ev, struct value was, struct value is,
                            struct text path, unsigned depth);

static bool say_difference(struct evaluator *ev, struct value was, struct value is,
                           struct text path) {
    struct text before = value_brief(ev, was), after = value_brief(ev, is);
    ev->trial->trouble =
        text_format(ev->arena, "%.*s%swas %.*s and is %.*s", TEXT_ARGS(path),
                    path.length ? " " : "It ", TEXT_ARGS(before), TEXT_ARGS(after));
    return true;
}

static struct text member_path(struct evaluator *ev, struct text path, const struct name *key) {
    return text_format(ev->arena, "%.*s%s%.*s", TEXT_ARGS(path), path.length ? "." : "",
                       NAME_ARGS(key));
}

static bool find_in_record(struct evaluator *ev, struct value was, struct value is,
                           struct text path, unsigned depth) {
    for (uint32_t i = 0; i < was.record->count; i++) {
        const struct record_entry *entry = &was.record->entries[i];
        const struct record_entry *other = record_find(is.record, entry->key);
        struct text inner = member_path(ev, path, entry->key);
        if (!other) {
            ev->trial->trouble = text_format(ev->arena, "%.*s is no longer there",
                                             TEXT_ARGS(inner));
            return true;
        }
        if (find_difference(ev, entry->value, other->value, inner, depth + 1)) return true;
    }
    for (uint32_t i = 0; i < is.record->count; i++) {
        const struct record_entry *entry = &is.record->entries[i];
        if (record_find(was.record, entry->key)) continue;
        ev->trial->trouble =
            text_format(ev->arena, "%.*s is new", TEXT_ARGS(member_path(ev, path, entry->key)));
        return true;
    }
    return false;
}

static bool find_in_list(struct evaluator *ev, struct value was, struct value is, struct text path,
                         unsigned depth) {
    for (uint32_t i = 0; i < was.length && i < is.length; i++) {
        struct text inner = text_format(ev->arena, "%.*s[%u]", TEXT_ARGS(path), i);
        if (find_difference(ev, was.items[i], is.items[i], inner, depth + 1)) return true;
    }
    if (was.length == is.length) return false;
    ev->trial->trouble = text_format(ev->arena, "%.*s had %u element%s and has %u", TEXT_ARGS(path),
                                     was.length, was.length == 1 ? "" : "s", is.length);
    return true;
}

static bool find_difference(struct evaluator *ev, struct value was, struct value is,
                            struct text path, unsigned depth) {
    if (depth > LIMIT_VALUE_DEPTH || value_equal(was, is)) return false;
    if (was.kind == VALUE_RECORD && is.kind == VALUE_RECORD) {
        return find_in_record(ev, was, is, path, depth);
    }
    if (was.kind == VALUE_LIST && is.kind == VALUE_LIST) {
        return find_in_list(ev, was, is, path, depth);
    }
    return say_difference(ev, was, is, path);
}

/* ---- comparing and taking ---- */

static void snapshot_add(struct evaluator *ev, struct text path, struct text bytes) {
    struct test_run *run = ev->trial->run;
    struct snapshot *snapshot = ARENA_NEW(ev->arena, struct snapshot);
    *snapshot = (struct snapshot){.path = path, .bytes = bytes};
    if (!run->snapshots_end) run->snapshots_end = &run->snapshots;
    *run->snapshots_end = snapshot;
    run->snapshots_end = &snapshot->next;
}

static struct text value_bytes(struct evaluator *ev, struct value value) {
    struct buffer out;
    buffer_init(&out);
    value_json(&out, value, 2);
    buffer_char(&out, '\n');
    struct text bytes = buffer_take(&out, ev->arena);
    buffer_release(&out);
    return bytes;
}

static bool read_snapshot(struct evaluator *ev, struct text path, struct text *bytes,
                          struct failure *why) {
    const struct host *host = ev->program->host;
    *why = (struct failure){.is_absent = true};
    return host && host->read && host->read(host->context, ev->arena, path, bytes, why);
}

static struct value say_unread(struct evaluator *ev, struct text path, const struct failure *why) {
    struct trial *trial = ev->trial;
    if (why->is_absent) {
        trial->trouble = text_format(ev->arena, "There is no snapshot \"%.*s\" yet",
                                     TEXT_ARGS(path));
        trial->remedy =
            TEXT("Write it with `mrp test --update`, read it, and keep it with the program.");
    } else {
        trial->trouble = text_format(ev->arena, "Nothing was compared: %s", why->message);
    }
    return value_bool(false);
}

struct value snapshot_match(struct evaluator *ev, struct value value, struct text name) {
    struct trial *trial = ev->trial;
    struct text path = path_of(ev, name), bytes = value_bytes(ev, value), kept;
    snapshot_add(ev, path, bytes);
    trial->trouble = trial->remedy = (struct text){"", 0};
    if (trial->run->updates) return value_bool(true);
    struct failure why;
    if (!read_snapshot(ev, path, &kept, &why)) return say_unread(ev, path, &why);
    if (text_equal(kept, bytes)) return value_bool(true);
    struct value was, is;
    trial->remedy = TEXT("Where the new value is right, `mrp test --update` writes it.");
    const struct observer *observer = trial->observer;
    if (!observer->read(observer->context, kept, &was) ||
        !observer->read(observer->context, bytes, &is)) {
        trial->trouble = text_format(ev->arena, "Snapshot \"%.*s\" is no JSON", TEXT_ARGS(path));
        return value_bool(false);
    }
    was = value_seal(was);
    is = value_seal(is);
    if (value_equal(was, is)) return value_bool(true);
    find_difference(ev, was, is, TEXT(""), 0);
    return value_bool(false);
}
