/* Reading the files of settings, line by line. */
#include "runtime/aws/config.h"

#include <strings.h>

enum config_file { CONFIG_FILE, CREDENTIALS_FILE };

struct config_reader {
    struct config *config;
    enum config_file file;
    struct text path;
    unsigned line;
    struct data *section;   /* NULL before the first; its properties */
    bool is_ignored;        /* the section has no name that counts */
    struct data *property;  /* that continuation lines belong to, or NULL */
    bool is_property;       /* a property came in this section, maybe one that is ignored */
    bool is_nested;         /* its value began empty: lines below are properties of their own */
    struct data *plain_default; /* [default] of the config file, which [profile default] beats */
    bool has_profile_default;
    struct failure *why;
};

static bool wrong(struct config_reader *reader, const char *what) {
    failure_set(reader->why, "could not read the settings in \"%.*s\", line %u: %s",
                TEXT_ARGS(reader->path), reader->line, what);
    return failure_hint(reader->why,
                        "Sections are written [profile NAME], settings NAME = VALUE at "
                        "the beginning of a line.");
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static struct text trim(struct text text) {
    while (text.length && is_blank(text.bytes[0])) text.bytes++, text.length--;
    while (text.length && is_blank(text.bytes[text.length - 1])) text.length--;
    return text;
}

static bool is_comment(char c) { return c == '#' || c == ';'; }

static bool is_name(struct text name) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-_/.%@:+";
    for (size_t i = 0; i < name.length; i++) {
        if (!name.bytes[i] || !strchr(letters, name.bytes[i])) return false;
    }
    return name.length > 0;
}

static struct data *member(struct data *record, struct text key) {
    for (struct data *child = record->children; child; child = child->next) {
        if (text_equal(child->key, key)) return child;
    }
    return NULL;
}

static struct data *member_new(struct arena *arena, struct data *record, struct text key,
                               enum data_kind kind) {
    struct data *found = member(record, key);
    return found ? found
                 : data_add(record, text_copy(arena, key), data_new(arena, kind));
}

/* --- sections -------------------------------------------------------------------------------- */

/* Takes word and the space behind it from the front of name. */
static bool take_word(struct text *name, const char *word) {
    size_t length = strlen(word);
    if (name->length <= length || memcmp(name->bytes, word, length) != 0) return false;
    if (!is_blank(name->bytes[length])) return false;
    *name = trim((struct text){name->bytes + length, name->length - length});
    return true;
}

/* A name in quotes may hold anything, as the AWS CLI writes it where there are spaces. */
static bool unquote(struct text *name) {
    if (name->length < 2) return is_name(*name);
    char quote = name->bytes[0];
    bool is_quoted = (quote == '"' || quote == '\'') && name->bytes[name->length - 1] == quote;
    if (!is_quoted) return is_name(*name);
    *name = (struct text){name->bytes + 1, name->length - 2};
    return name->length > 0;
}

static void open_profile(struct config_reader *reader, struct text name, bool has_prefix) {
    struct arena *arena = reader->config->arena;
    if (reader->file == CONFIG_FILE && text_is(name, "default")) {
        if (has_prefix) reader->has_profile_default = true;
        if (!has_prefix) {
            if (!reader->plain_default) reader->plain_default = data_new(arena, DATA_RECORD);
            reader->section = reader->plain_default;
            return;
        }
    }
    reader->section = member_new(arena, reader->config->profiles, name, DATA_RECORD);
}

static void open_section(struct config_reader *reader, struct text name) {
    struct config *config = reader->config;
    reader->section = NULL;
    reader->property = NULL;
    reader->is_property = false;
    if (reader->file == CREDENTIALS_FILE) {
        if (unquote(&name)) open_profile(reader, name, false);
    } else if (take_word(&name, "profile")) {
        if (unquote(&name)) open_profile(reader, name, true);
    } else if (take_word(&name, "sso-session")) {
        if (unquote(&name)) {
            reader->section = member_new(config->arena, config->sessions, name, DATA_RECORD);
        }
    } else if (take_word(&name, "services")) {
        if (unquote(&name)) {
            reader->section = member_new(config->arena, config->services, name, DATA_RECORD);
        }
    } else if (text_is(name, "default")) {
        open_profile(reader, name, false);
    }
    reader->is_ignored = reader->section == NULL;
}

static bool read_section(struct config_reader *reader, struct text line) {
    for (size_t i = 0; i < line.length; i++) {
        if (is_comment(line.bytes[i])) line.length = i;
    }
    line = trim(line);
    if (line.bytes[line.length - 1] != ']') return wrong(reader, "a section must end with ']'");
    open_section(reader, trim((struct text){line.bytes + 1, line.length - 2}));
    return true;
}

/* --- properties ------------------------------------------------------------------------------ */

/* What stands before and behind the first '='. */
static bool split(struct text line, struct text *key, struct text *value) {
    const char *equals = line.length ? memchr(line.bytes, '=', line.length) : NULL;
    if (!equals) return false;
    size_t length = (size_t)(equals - line.bytes);
    *key = trim((struct text){line.bytes, length});
    *value = (struct text){equals + 1, line.length - length - 1};
    return true;
}

/* A comment begins behind white space. */
static struct text without_comment(struct text value) {
    for (size_t i = 1; i < value.length; i++) {
        if (is_comment(value.bytes[i]) && is_blank(value.bytes[i - 1])) value.length = i;
    }
    return trim(value);
}

static void note_key(struct config_reader *reader) {
    if (reader->file != CREDENTIALS_FILE) return;
    if (!text_is(reader->property->key, "aws_access_key_id")) return;
    member_new(reader->config->arena, reader->config->keys, reader->section->key, DATA_TRUE);
}

static bool read_property(struct config_reader *reader, struct text line) {
    struct text key, value;
    if (!reader->section && !reader->is_ignored) {
        return wrong(reader, "a section like [default] must come first");
    }
    if (reader->is_ignored) return true;
    if (!split(line, &key, &value)) return wrong(reader, "a setting has no '='");
    if (!key.length) return wrong(reader, "a setting has no name before its '='");
    value = without_comment(value);
    reader->is_property = true;
    reader->property = NULL;
    if (!is_name(key)) return true;
    struct arena *arena = reader->config->arena;
    reader->property = member_new(arena, reader->section, text_lower(arena, key), DATA_TEXT);
    reader->property->text = text_copy(arena, value);
    reader->is_nested = value.length == 0;
    note_key(reader);
    return true;
}

static bool read_continuation(struct config_reader *reader, struct text line) {
    struct text key, value;
    if (reader->is_ignored) return true;
    if (!reader->section) return wrong(reader, "a section like [default] must come first");
    if (!reader->is_property) {
        return wrong(reader, "the line is indented, but there is no setting that it continues");
    }
    if (!reader->property) return true;
    if (reader->is_nested) {
        if (!split(line, &key, &value)) return wrong(reader, "a nested setting has no '='");
        if (!key.length) return wrong(reader, "a nested setting has no name before its '='");
    }
    reader->property->text =
        text_format(reader->config->arena, "%.*s\n%.*s", TEXT_ARGS(reader->property->text),
                    TEXT_ARGS(line));
    return true;
}

static bool read_line(struct config_reader *reader, struct text line) {
    struct text content = trim(line);
    if (!content.length || is_comment(content.bytes[0])) return true;
    if (is_blank(line.bytes[0])) return read_continuation(reader, content);
    if (content.bytes[0] == '[') return read_section(reader, content);
    return read_property(reader, content);
}

static void merge(struct arena *arena, struct data *into, const struct data *from) {
    for (const struct data *child = data_first(from); child; child = child->next) {
        if (member(into, child->key)) continue;
        member_new(arena, into, child->key, DATA_TEXT)->text = child->text;
    }
}

static bool read_file(struct config *config, enum config_file file, struct text path,
                      struct text bytes, struct failure *why) {
    struct config_reader reader = {.config = config, .file = file, .path = path, .why = why};
    if (text_starts(bytes, TEXT("\xEF\xBB\xBF"))) bytes.bytes += 3, bytes.length -= 3;
    for (size_t start = 0; start < bytes.length;) {
        const char *end = memchr(bytes.bytes + start, '\n', bytes.length - start);
        size_t length = end ? (size_t)(end - bytes.bytes) - start : bytes.length - start;
        reader.line++;
        if (!read_line(&reader, (struct text){bytes.bytes + start, length})) return false;
        start += length + 1;
    }
    if (reader.plain_default && !reader.has_profile_default) {
        merge(config->arena,
              member_new(config->arena, config->profiles, TEXT("default"), DATA_RECORD),
              reader.plain_default);
    }
    return true;
}

static void begin(struct config *config, struct arena *arena) {
    config->arena = arena;
    config->profiles = data_new(arena, DATA_RECORD);
    config->sessions = data_new(arena, DATA_RECORD);
    config->services = data_new(arena, DATA_RECORD);
    config->keys = data_new(arena, DATA_RECORD);
    if (!config->config_path.length) config->config_path = TEXT("config");
    if (!config->credentials_path.length) config->credentials_path = TEXT("credentials");
}

/* The config file first: the credentials file then writes over it. */
bool config_parse(struct config *config, struct arena *arena, struct text config_file,
                  struct text credentials_file, struct failure *why) {
    begin(config, arena);
    return read_file(config, CONFIG_FILE, config->config_path, config_file, why) &&
           read_file(config, CREDENTIALS_FILE, config->credentials_path, credentials_file, why);
}

/* --- places and choice ----------------------------------------------------------------------- */

static struct text expand_home(struct arena *arena, struct text path, struct text home) {
    if (path.length == 0 || path.bytes[0] != '~') return path;
    if (path.length > 1 && path.bytes[1] != '/') return path;
    return text_format(arena, "%.*s%.*s", TEXT_ARGS(home), (int)path.length - 1, path.bytes + 1);
}

void config_places(struct config *config, struct arena *arena, const struct surroundings *around) {
    struct text home = {"", 0}, path;
    surroundings_variable(around, "HOME", &home);
    config->around = around;
    config->config_path = text_format(arena, "%.*s/.aws/config", TEXT_ARGS(home));
    config->credentials_path = text_format(arena, "%.*s/.aws/credentials", TEXT_ARGS(home));
    if (surroundings_variable(around, "AWS_CONFIG_FILE", &path)) {
        config->config_path = expand_home(arena, path, home);
    }
    if (surroundings_variable(around, "AWS_SHARED_CREDENTIALS_FILE", &path)) {
        config->credentials_path = expand_home(arena, path, home);
    }
    config->profile = TEXT("default");
    config->profile_is_named =
        surroundings_variable(around, "AWS_PROFILE", &config->profile) ||
        surroundings_variable(around, "AWS_DEFAULT_PROFILE", &config->profile);
}

static bool read_settings(const struct surroundings *around, struct arena *arena, struct text path,
                          struct text *bytes, struct failure *why) {
    *bytes = (struct text){"", 0};
    return around->read(around->context, arena, path, bytes, why) != READ_FAILED;
}

static bool choose(const struct config *config, struct failure *why) {
    if (!config->profile_is_named || config_profile(config, config->profile)) return true;
    failure_set(why, "the AWS profile \"%.*s\" is not in \"%.*s\" or \"%.*s\"",
                TEXT_ARGS(config->profile), TEXT_ARGS(config->config_path),
                TEXT_ARGS(config->credentials_path));
    return failure_hint(why, config->profile_is_option
                                 ? "\"aws configure list-profiles\" lists those that are there."
                                 : "AWS_PROFILE or AWS_DEFAULT_PROFILE names it: \"aws configure "
                                   "list-profiles\" lists those that are there.");
}

bool config_load(struct config *config, struct arena *arena, const struct surroundings *around,
                 const char *profile, struct failure *why) {
    struct text config_file, credentials_file;
    *config = (struct config){.around = around};
    config_places(config, arena, around);
    if (profile && *profile) {
        config->profile = text_copy(arena, text_of(profile));
        config->profile_is_named = config->profile_is_option = true;
    }
    return read_settings(around, arena, config->config_path, &config_file, why) &&
           read_settings(around, arena, config->credentials_path, &credentials_file, why) &&
           config_parse(config, arena, config_file, credentials_file, why) && choose(config, why);
}

/* --- looking up ------------------------------------------------------------------------------ */

const struct data *config_profile(const struct config *config, struct text name) {
    return member(config->profiles, name);
}

struct text config_get(const struct config *config, const char *property) {
    return data_text(config_profile(config, config->profile), property);
}

struct text config_nested(struct arena *arena, struct text value, const char *property) {
    struct text found = {"", 0}, key, content;
    for (size_t start = 0; start < value.length;) {
        const char *end = memchr(value.bytes + start, '\n', value.length - start);
        size_t length = end ? (size_t)(end - value.bytes) - start : value.length - start;
        if (split((struct text){value.bytes + start, length}, &key, &content) &&
            text_is(text_lower(arena, key), property)) {
            found = trim(content);
        }
        start += length + 1;
    }
    return found;
}

bool config_setting(const struct config *config, const char *variable, const char *property,
                    struct text *value) {
    if (surroundings_variable(config->around, variable, value)) return true;
    struct text found = config_get(config, property);
    if (!found.length) return false;
    *value = found;
    return true;
}

bool config_flag(const struct config *config, const char *variable, const char *property) {
    struct text value;
    return config_setting(config, variable, property, &value) && value.length == 4 &&
           strncasecmp(value.bytes, "true", 4) == 0;
}

struct text config_region(const struct config *config, const char *given) {
    struct text region = {"", 0};
    if (given && *given) return text_of(given);
    if (surroundings_variable(config->around, "AWS_REGION", &region)) return region;
    if (surroundings_variable(config->around, "AWS_DEFAULT_REGION", &region)) return region;
    return config_get(config, "region");
}
