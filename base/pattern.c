/* PCRE2 with limits. It does not tell how much work a match was, so the limit starts low and is
 * raised sixteenfold when it is reached: what is paid is never less than a sixteenth of the work.
 *
 * Nor does it count the characters that a loop like `[^x]*` runs over. So a long text is searched
 * through a window that grows only when a match may go on behind it (PCRE2's hard partial matching,
 * which then says so): what is paid is the windows, and many matches in a long text stay linear.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/pattern.h"

#include <pcre2.h>
#include <stdio.h>

enum {
    MATCH_FIRST = 256,      /* PCRE2's own steps: the limit of the first try */
    MATCH_MOST = 256 << 16, /* and of the last: 16,777,216 */
    MATCH_PER_STEP = 2,     /* of PCRE2's steps in one of the evaluation */
    SEARCH_STEPS = 8,       /* what a search costs at least */
    WINDOW_FIRST = 2048,    /* bytes; grows eightfold */
    HEAP_KIB = 20 << 10,
    NESTED_PARENTHESES = 200,
    TABLE_SLOTS = PATTERN_KEPT * 2,
};

struct pattern {
    uint64_t hash;
    char *source; /* behind the struct */
    size_t length;
    pcre2_code *code;
    uint32_t uses;
    bool is_whole; /* holds \G, whose meaning depends on where a search begins: no windows */
};

struct table {
    struct pattern *slots[TABLE_SLOTS];
    uint32_t count;
    pcre2_compile_context *compile;
    pcre2_match_context *match;
    pcre2_match_data *data; /* one for all: it has room for PATTERN_GROUPS pairs */
};

static _Thread_local struct table *table;

static void *pattern_alloc(size_t size, void *context) {
    (void)context;
    return memory_try(size);
}

static void pattern_free(void *memory, void *context) {
    (void)context;
    memory_free(memory);
}

/* Patterns outlive what they are compiled for: their memory is no recovery point's. */
static void *lasting(size_t size) {
    void *memory = memory_try(size);
    if (!memory) memory_exhausted();
    return memory;
}

static void table_free(struct table *made) {
    pcre2_compile_context_free(made->compile);
    pcre2_match_context_free(made->match);
    pcre2_match_data_free(made->data);
    memory_free(made);
}

static bool table_fill(struct table *made) {
    pcre2_general_context *general =
        pcre2_general_context_create(pattern_alloc, pattern_free, NULL);
    if (!general) return false;
    made->compile = pcre2_compile_context_create(general);
    made->match = pcre2_match_context_create(general);
    made->data = pcre2_match_data_create(PATTERN_GROUPS, general);
    pcre2_general_context_free(general);
    return made->compile && made->match && made->data;
}

static struct table *table_get(void) {
    if (table) return table;
    struct table *made = lasting(sizeof *made);
    memset(made, 0, sizeof *made);
    if (!table_fill(made)) {
        table_free(made);
        memory_exhausted();
    }
    pcre2_set_parens_nest_limit(made->compile, NESTED_PARENTHESES);
    pcre2_set_max_pattern_length(made->compile, PATTERN_BYTES);
    pcre2_set_heap_limit(made->match, HEAP_KIB);
    return table = made;
}

static void table_clear(struct table *full) {
    for (uint32_t i = 0; i < TABLE_SLOTS; i++) {
        struct pattern *pattern = full->slots[i];
        if (!pattern) continue;
        pcre2_code_free(pattern->code);
        memory_free(pattern);
        full->slots[i] = NULL;
    }
    full->count = 0;
}

static uint64_t pattern_hash(struct text source) {
    uint64_t hash = source.length;
    for (size_t i = 0; i < source.length; i++) {
        hash = (hash ^ (unsigned char)source.bytes[i]) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    return hash;
}

/* The slot of the source, or the empty one where it belongs. */
static struct pattern **table_slot(struct table *table, struct text source, uint64_t hash) {
    for (uint32_t i = (uint32_t)hash % TABLE_SLOTS;; i = (i + 1) % TABLE_SLOTS) {
        struct pattern *pattern = table->slots[i];
        if (!pattern) return &table->slots[i];
        if (pattern->hash == hash &&
            text_equal((struct text){pattern->source, pattern->length}, source)) {
            return &table->slots[i];
        }
    }
}

static pcre2_code *pattern_compile(struct table *table, struct text source,
                                   struct pattern_error *error) {
    int code = 0;
    PCRE2_SIZE offset = 0;
    uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)(source.length ? source.bytes : ""),
                                         source.length, options, &code, &offset, table->compile);
    uint32_t groups = 0;
    if (!compiled && code == PCRE2_ERROR_HEAP_FAILED) memory_exhausted();
    if (compiled) pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &groups);
    if (compiled && groups < PATTERN_GROUPS) return compiled;
    error->offset = offset < source.length ? offset : source.length;
    if (compiled) {
        snprintf(error->message, sizeof error->message, "it has more than %d groups",
                 PATTERN_GROUPS - 1);
        pcre2_code_free(compiled);
    } else {
        pcre2_get_error_message(code, (PCRE2_UCHAR *)error->message, sizeof error->message);
    }
    return NULL;
}

struct pattern *pattern_get(struct text source, struct pattern_error *error) {
    struct table *table = table_get();
    uint64_t hash = pattern_hash(source);
    struct pattern **slot = table_slot(table, source, hash);
    if (*slot) return *slot;
    pcre2_code *code = pattern_compile(table, source, error);
    if (!code) return NULL;
    if (table->count == PATTERN_KEPT) {
        table_clear(table);
        slot = table_slot(table, source, hash);
    }
    struct pattern *pattern = memory_try(sizeof *pattern + source.length + 1);
    if (!pattern) {
        pcre2_code_free(code);
        memory_exhausted();
    }
    *pattern = (struct pattern){hash, (char *)(pattern + 1), source.length, code, 0, false};
    if (source.length) memcpy(pattern->source, source.bytes, source.length);
    pattern->source[source.length] = '\0';
    pattern->is_whole = strstr(pattern->source, "\\G") || memchr(source.bytes, '\0', source.length);
    table->count++;
    return *slot = pattern;
}

static void copy_match(const struct pattern *pattern, const struct table *table,
                       struct pattern_match *match) {
    const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(table->data);
    uint32_t groups = 0;
    pcre2_pattern_info(pattern->code, PCRE2_INFO_CAPTURECOUNT, &groups);
    match->count = groups + 1;
    for (uint32_t i = 0; i <= groups; i++) {
        bool took_part = pairs[2 * i] != PCRE2_UNSET;
        match->start[i] = took_part ? pairs[2 * i] : SIZE_MAX;
        match->end[i] = took_part ? pairs[2 * i + 1] : SIZE_MAX;
    }
    if (match->start[0] > match->end[0]) match->start[0] = match->end[0]; /* \K behind the end */
}

/* One match on a text, with the options given; PCRE2's result, or a limit's. Pays when the limit is
 * raised. */
static int match_within(struct table *table, struct pattern *pattern, struct text text, size_t from,
                        uint32_t options, const struct pattern_budget *budget) {
    for (uint32_t limit = MATCH_FIRST; limit <= MATCH_MOST; limit *= 16) {
        pcre2_set_match_limit(table->match, limit);
        int found = pcre2_match(pattern->code, (PCRE2_SPTR)(text.length ? text.bytes : ""),
                                text.length, from, options, table->data, table->match);
        if (found == PCRE2_ERROR_JIT_STACKLIMIT) {
            options |= PCRE2_NO_JIT; /* and once more: the interpreter's stack is on the heap */
            limit /= 16;
        } else if (found != PCRE2_ERROR_MATCHLIMIT) {
            return found;
        } else if (!budget->spend(budget->context, limit / MATCH_PER_STEP)) {
            return PCRE2_ERROR_CALLOUT; /* never PCRE2's own: there are no callouts */
        }
    }
    return PCRE2_ERROR_MATCHLIMIT;
}

/* The end of a window of so many bytes from an offset: not inside a character. */
static size_t window_end(struct text text, size_t from, size_t window) {
    if (text.length - from <= window) return text.length;
    size_t end = from + window;
    while (end < text.length && ((unsigned char)text.bytes[end] & 0xC0) == 0x80)
        end++;
    return end;
}

enum pattern_result pattern_search(struct pattern *pattern, struct text text, size_t from,
                                   const struct pattern_budget *budget,
                                   struct pattern_match *match) {
    struct table *table = table_get();
    if (++pattern->uses == PATTERN_JIT) {
        pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE | PCRE2_JIT_PARTIAL_HARD);
    }
    for (size_t window = pattern->is_whole ? text.length : WINDOW_FIRST;;) {
        size_t end = window_end(text, from, window);
        if (!budget->spend(budget->context, SEARCH_STEPS + (end - from) / 64))
            return PATTERN_BUDGET;
        uint32_t options = PCRE2_NO_UTF_CHECK | (end < text.length ? PCRE2_PARTIAL_HARD : 0);
        int found =
            match_within(table, pattern, (struct text){text.bytes, end}, from, options, budget);
        if (found >= 0) {
            if (match) copy_match(pattern, table, match);
            return PATTERN_YES;
        }
        if (found == PCRE2_ERROR_NOMEMORY) memory_exhausted();
        if (found == PCRE2_ERROR_CALLOUT) return PATTERN_BUDGET;
        if (found == PCRE2_ERROR_NOMATCH && end == text.length) return PATTERN_NO;
        if (found != PCRE2_ERROR_NOMATCH && found != PCRE2_ERROR_PARTIAL) return PATTERN_LIMIT;
        if (found == PCRE2_ERROR_NOMATCH) from = end;
        window *= 8;
    }
}

void pattern_names(const struct pattern *pattern,
                   void (*visit)(void *context, struct text name, uint32_t group), void *context) {
    uint32_t count = 0, size = 0;
    PCRE2_SPTR entry = NULL;
    pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMETABLE, &entry);
    for (uint32_t i = 0; i < count; i++, entry += size) {
        visit(context, text_of((const char *)entry + 2), (uint32_t)entry[0] << 8 | entry[1]);
    }
}
