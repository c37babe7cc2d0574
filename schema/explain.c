/* Renders what the schema says for people. See explain.h.
 */
#include "schema/explain.h"

#include "schema/explain_parts.h"

enum {
    NARROWEST = 60,
    NAME_WIDTH = 34, /* a longer name gets a line of its own */
};

static void write_wishes(struct page *page, const struct schema_property *property) {
    size_t count = schema_property_wish_count(property);
    size_t shown = page->whole || count <= 3 ? count : 2;
    for (size_t i = 0; i < shown; i++) {
        struct schema_wish wish = schema_property_wish(property, i);
        page_put_string(page, INK_PLAIN, i ? "," : ";");
        page_words(page, INK_PLAIN, i ? "" : "takes");
        page_word(page, INK_NAME, schema_type_name(wish.type));
        page_words(page, INK_FAINT, "(its");
        page_word(page, INK_FAINT, wish.attribute);
        page_put_string(page, INK_FAINT, ")");
    }
    if (shown < count) {
        page_comma(page);
        page_words(page, INK_FAINT, "and");
        page_number(page, (double)(count - shown));
        page_words(page, INK_FAINT, "more");
    }
}

static void write_flag(struct page *page, unsigned flags, unsigned flag, const char *words) {
    if (!(flags & flag)) return;
    page_put_string(page, INK_PLAIN, ";");
    page_words(page, INK_MARK, words);
}

static unsigned flags_below(const struct explain_place *place,
                            const struct schema_property *property) {
    struct explain_place below = *place;
    if (!below.type || below.depth >= EXPLAIN_DEPTH) return schema_property_flags(property);
    below.path[below.depth++] = property;
    return schema_flags_at(below.type, below.path, below.depth);
}

static void write_marks(struct page *page, unsigned flags) {
    page_spaces(page, 2);
    page_put_string(page, INK_MARK, flags & SCHEMA_REQUIRED ? "*" : " ");
    bool never = flags & SCHEMA_CREATE_ONLY, maybe = flags & SCHEMA_MAYBE_CREATE_ONLY;
    page_put_string(page, INK_MARK, never ? "!" : maybe ? "?" : " ");
    page_spaces(page, 1);
}

static void write_property(struct page *page, const struct schema_property *property,
                           unsigned flags, size_t width) {
    write_marks(page, flags);
    page_label(page, 5, INK_NAME, schema_property_name(property), width);
    explain_value(page, schema_property_value(property));
    write_wishes(page, property);
    write_flag(page, flags, SCHEMA_WRITE_ONLY, "is never read back");
    write_flag(page, flags, SCHEMA_DEPRECATED, "deprecated");
    page_line(page);
}

static size_t name_width(const struct schema_body *body) {
    size_t width = 8;
    for (size_t i = 0; i < schema_body_count(body); i++) {
        size_t length = schema_property_name(schema_body_at(body, i)).length;
        if (length > width && length <= NAME_WIDTH) width = length;
    }
    return width;
}

static void write_legend(struct page *page, unsigned seen) {
    static const struct {
        unsigned flag;
        const char *mark, *words;
    } marks[] = {
        {SCHEMA_REQUIRED, "*", "required"},
        {SCHEMA_CREATE_ONLY, "!", "changing it replaces the resource"},
        {SCHEMA_MAYBE_CREATE_ONLY, "?", "changing it may replace the resource"},
    };
    bool any = false;
    page->indent = 2;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (!(seen & marks[i].flag)) continue;
        if (any) page_spaces(page, 1);
        page_word(page, INK_MARK, text_of(marks[i].mark));
        page_words(page, INK_FAINT, marks[i].words);
        any = true;
    }
    if (!any) return;
    page_line(page);
    page_line(page);
}

static void write_rule(struct page *page, const struct schema_rule *rule) {
    static const char *const kinds[] = {
        [SCHEMA_RULE_EXACTLY_ONE] = "exactly one of",
        [SCHEMA_RULE_AT_LEAST_ONE] = "at least one of",
        [SCHEMA_RULE_AT_MOST_ONE] = "at most one of",
        [SCHEMA_RULE_NEEDS] = "needs",
        [SCHEMA_RULE_EXCLUDES] = "excludes",
    };
    page_words(page, INK_PLAIN, kinds[rule->kind]);
    for (size_t i = 0; i < rule->count; i++) {
        if (i) page_comma(page);
        page_word(page, INK_NAME, schema_property_name(schema_rule_property(rule, i)));
    }
    page_line(page);
}

static void write_condition(struct page *page, const struct schema_condition *condition) {
    page_word(page, INK_NAME, schema_property_name(condition->rule.when));
    for (size_t i = 0; i < condition->value_count; i++) {
        page_words(page, INK_PLAIN, i ? "or" : "=");
        page_word(page, INK_PLAIN, schema_condition_value(condition, i));
    }
    write_rule(page, &condition->rule);
}

static void write_rules(struct page *page, const struct schema_body *body) {
    size_t rules = schema_body_rule_count(body), conditions = schema_body_condition_count(body);
    if (rules + conditions == 0) return;
    page_heading(page, "RULES");
    page->indent = 5;
    for (size_t i = 0; i < rules; i++) {
        struct schema_rule rule = schema_body_rule(body, i);
        if (rule.when) page_word(page, INK_NAME, schema_property_name(rule.when));
        write_rule(page, &rule);
    }
    for (size_t i = 0; i < conditions; i++) {
        struct schema_condition condition = schema_body_condition(body, i);
        write_condition(page, &condition);
    }
}

static bool is_written(unsigned flags) {
    return !(flags & SCHEMA_READ_ONLY);
}

static void write_body(struct page *page, const struct schema_body *body,
                       const struct explain_place *place) {
    unsigned seen = 0;
    size_t width = name_width(body);
    for (size_t i = 0; i < schema_body_count(body); i++) {
        unsigned flags = flags_below(place, schema_body_at(body, i));
        if (is_written(flags)) seen |= flags;
    }
    page_heading(page, "PROPERTIES");
    write_legend(page, seen);
    for (size_t i = 0; i < schema_body_count(body); i++) {
        const struct schema_property *property = schema_body_at(body, i);
        unsigned flags = flags_below(place, property);
        if (is_written(flags)) write_property(page, property, flags, width);
    }
    if (schema_body_open(body)) {
        page->indent = 5;
        page_words(page, INK_PLAIN, "and any other property");
        page_line(page);
    }
    write_rules(page, body);
}

static void fact_begin(struct page *page, const char *label) {
    page_label(page, 2, INK_PLAIN, text_of(label), 9);
}

static void write_ref(struct page *page, const struct schema_type *type) {
    struct text ref = schema_type_ref(type), attribute;
    struct text arn = schema_type_arn(type, &attribute);
    fact_begin(page, "Ref");
    if (ref.length)
        page_word(page, INK_NAME, ref);
    else
        page_words(page, INK_PLAIN, "an opaque string");
    if (schema_type_primary_count(type) > 1) {
        page_put_string(page, INK_PLAIN, ";");
        page_words(page, INK_PLAIN, "identified by");
        for (size_t i = 0; i < schema_type_primary_count(type); i++) {
            if (i) page_comma(page);
            page_word(page, INK_NAME, schema_type_primary(type, i));
        }
    }
    page_line(page);
    if (!arn.length && !attribute.length) return;
    fact_begin(page, "ARN");
    if (attribute.length) page_word(page, INK_NAME, attribute);
    if (arn.length) page_word(page, INK_FAINT, arn);
    page_line(page);
}

static void write_name(struct page *page, const struct schema_type *type) {
    static const char *const scopes[] = {
        [SCHEMA_SCOPE_REGION] = "unique in an account and region",
        [SCHEMA_SCOPE_ACCOUNT] = "unique in an account, over all regions",
        [SCHEMA_SCOPE_WORLD] = "unique over all accounts",
        [SCHEMA_SCOPE_PARENT] = "unique below another resource at most",
    };
    struct schema_name name;
    if (!schema_type_physical_name(type, &name)) return;
    fact_begin(page, "Name");
    page_word(page, INK_NAME, schema_property_name(name.property));
    if (name.optional) explain_also(page, "made up if left out");
    struct explain_range lengths = {name.minimum > 0, name.minimum, true, name.maximum};
    if (name.maximum) explain_range(page, lengths, "character");
    explain_also(page, scopes[name.scope]);
    page->whole = true;
    explain_pattern(page, "like", name.pattern);
    page->whole = false;
    page_line(page);
}

static void write_tags(struct page *page, const struct schema_type *type) {
    static const char *const shapes[] = {
        [SCHEMA_TAGS_NONE] = "",
        [SCHEMA_TAGS_LIST] = "a list of Key and Value",
        [SCHEMA_TAGS_MAP] = "a map",
        [SCHEMA_TAGS_OTHER] = "in a form of its own",
    };
    const struct schema_property *property;
    enum schema_tags tags = schema_type_tags(type, &property);
    if (!property) return;
    fact_begin(page, "Tags");
    page_word(page, INK_NAME, schema_property_name(property));
    page_comma(page);
    page_words(page, INK_PLAIN, shapes[tags]);
    page_line(page);
}

static void write_regions(struct page *page, const struct schema_type *type) {
    size_t all = schema_region_count(), there = schema_type_region_count(type);
    bool few = 2 * there < all;
    fact_begin(page, "Regions");
    if (there == all)
        page_words(page, INK_PLAIN, "all");
    else
        page_words(page, INK_PLAIN, !there ? "none known" : few ? "only" : "all but");
    for (size_t i = 0, shown = 0; i < all && there && there < all; i++) {
        if (schema_type_in_region(type, i) != few) continue;
        if (shown++) page_comma(page);
        page_word(page, INK_PLAIN, schema_region_at(i));
    }
    page_line(page);
}

static void write_type_flags(struct page *page, const struct schema_type *type) {
    static const struct {
        enum schema_type_flag flag;
        const char *words;
    } facts[] = {
        {SCHEMA_TYPE_STATEFUL, "holds data, which is lost when it is deleted or replaced"},
        {SCHEMA_TYPE_IMMUTABLE, "cannot be updated: every change replaces it"},
        {SCHEMA_TYPE_DELETE_FIRST, "is deleted before its replacement is created"},
        {SCHEMA_TYPE_RETIRING, "AWS is closing this service or type"},
    };
    const char *label = "Note";
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (!(schema_type_flags(type) & facts[i].flag)) continue;
        fact_begin(page, label);
        page_words(page, INK_MARK, facts[i].words);
        page_line(page);
        label = "";
    }
}

static void write_attributes(struct page *page, const struct schema_type *type) {
    size_t count = schema_type_attribute_count(type), width = 8;
    if (!count) return;
    page_heading(page, "ATTRIBUTES");
    for (size_t i = 0; i < count; i++) {
        size_t length = schema_type_attribute(type, i).name.length;
        if (length > width && length <= NAME_WIDTH) width = length;
    }
    for (size_t i = 0; i < count; i++) {
        struct schema_attribute attribute = schema_type_attribute(type, i);
        page_label(page, 5, INK_NAME, attribute.name, width);
        explain_type(page, attribute.value);
        page_line(page);
    }
}

static void write_permissions(struct page *page, const struct schema_type *type) {
    static const char *const labels[] = {"create", "read", "update", "delete", "list"};
    bool any = false;
    for (int i = 0; i < SCHEMA_OPERATIONS; i++) {
        size_t count = schema_type_permission_count(type, (enum schema_operation)i);
        if (!count) continue;
        if (!any) page_heading(page, "PERMISSIONS");
        any = true;
        page_label(page, 5, INK_PLAIN, text_of(labels[i]), 6);
        for (size_t j = 0; j < count; j++) {
            page_word(page, INK_FAINT, schema_type_permission(type, (enum schema_operation)i, j));
        }
        page_line(page);
    }
}

static void write_title(struct page *page, struct text title, const char *kind) {
    page_put(page, INK_TITLE, title);
    size_t used = page->column + strlen(kind);
    page_spaces(page, used + 2 < page->columns ? page->columns - used : 2);
    page_put_string(page, INK_FAINT, kind);
    page_line(page);
}

static const struct schema_property *first_nested(const struct schema_body *body) {
    for (size_t i = 0; i < schema_body_count(body); i++) {
        const struct schema_property *property = schema_body_at(body, i);
        bool written = is_written(schema_property_flags(property));
        if (written && explain_body_inside(schema_property_value(property))) return property;
    }
    return NULL;
}

static void write_more(struct page *page, struct text path, const struct schema_body *body) {
    const struct schema_property *nested = first_nested(body);
    if (!nested) return;
    page_line(page);
    page->indent = 2;
    page_words(page, INK_FAINT, "More: mrp explain");
    page_word(page, INK_FAINT, path);
    page_put_string(page, INK_FAINT, ".");
    page_put(page, INK_FAINT, schema_property_name(nested));
    page_line(page);
}

static void write_type_page(struct page *page, const struct schema_type *type) {
    struct explain_place place = {.type = type};
    write_title(page, schema_type_name(type), "resource type");
    page_line(page);
    write_ref(page, type);
    write_name(page, type);
    write_tags(page, type);
    write_regions(page, type);
    write_type_flags(page, type);
    write_body(page, schema_type_body(type), &place);
    write_attributes(page, type);
    write_permissions(page, type);
    write_more(page, schema_type_name(type), schema_type_body(type));
}

static void write_change(struct page *page, unsigned flags) {
    static const struct {
        unsigned flag;
        const char *words;
    } facts[] = {
        {SCHEMA_REQUIRED, "required"},
        {SCHEMA_CREATE_ONLY, "changing it replaces the resource"},
        {SCHEMA_MAYBE_CREATE_ONLY, "changing it may replace the resource"},
        {SCHEMA_READ_ONLY, "cannot be written, only read"},
        {SCHEMA_WRITE_ONLY, "is never read back: drift of it cannot be found"},
        {SCHEMA_DEPRECATED, "deprecated"},
    };
    const char *label = "Flags";
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (!(flags & facts[i].flag)) continue;
        fact_begin(page, label);
        page_words(page, INK_MARK, facts[i].words);
        page_line(page);
        label = "";
    }
}

static void write_takes(struct page *page, const struct schema_property *property) {
    const char *label = "Takes";
    for (size_t i = 0; i < schema_property_wish_count(property); i++) {
        struct schema_wish wish = schema_property_wish(property, i);
        fact_begin(page, label);
        page_word(page, INK_NAME, schema_type_name(wish.type));
        page_words(page, INK_PLAIN, "(its");
        page_word(page, INK_NAME, wish.attribute);
        page_put_string(page, INK_PLAIN, ")");
        page_line(page);
        label = "";
    }
}

static void write_property_page(struct page *page, struct text title,
                                const struct explain_place *place) {
    const struct schema_property *property = place->path[place->depth - 1];
    const struct schema_value *value = schema_property_value(property);
    const struct schema_body *body = explain_body_inside(value);
    write_title(page, title, "property");
    page_line(page);
    fact_begin(page, "Value");
    page->whole = true;
    explain_value(page, value);
    page->whole = false;
    page_line(page);
    write_change(page, schema_flags_at(place->type, place->path, place->depth));
    write_takes(page, property);
    if (!body) return;
    write_body(page, body, place);
    write_more(page, title, body);
}

static void write_nested_page(struct page *page, struct text title,
                              const struct schema_body *body) {
    struct explain_place place = {.type = NULL};
    write_title(page, title, "nested type");
    write_body(page, body, &place);
}

static void write_attribute_page(struct page *page, struct text title,
                                 const struct schema_attribute *attribute) {
    write_title(page, title, "attribute");
    page_line(page);
    fact_begin(page, "Value");
    explain_type(page, attribute->value);
    page_line(page);
    const struct schema_body *body = explain_body_inside(attribute->value);
    struct explain_place place = {.type = NULL};
    if (body) write_body(page, body, &place);
}

static bool write_found(struct page *page, struct text what, const struct schema_type *type,
                        struct text path, struct failure *why) {
    struct explain_place place = {.type = type};
    struct schema_attribute attribute;
    const struct schema_body *body;
    struct text left = path;
    const struct schema_body *nested = NULL;
    explain_follow(&place, &left, &body);
    if (!path.length) {
        write_type_page(page, type);
    } else if (!left.length) {
        write_property_page(page, what, &place);
    } else if (schema_type_attribute_find(type, path, &attribute)) {
        write_attribute_page(page, what, &attribute);
    } else if ((nested = explain_nested(type, path))) {
        write_nested_page(page, what, nested);
    } else {
        size_t known = what.length - left.length - 1;
        return explain_property_missing((struct text){what.bytes, known}, body,
                                        explain_segment(&left), why);
    }
    return true;
}

bool schema_explain(struct buffer *out, struct text what, unsigned columns, bool color,
                    struct failure *why) {
    struct page page = {
        .out = out, .columns = columns < NARROWEST ? NARROWEST : columns, .color = color};
    struct text path = what;
    struct text name = explain_segment(&path);
    const struct schema_type *type = schema_type_find(name);
    if (!type)
        return explain_type_missing(
            path.length && !memchr(name.bytes, ':', name.length) ? what : name, why);
    return write_found(&page, what, type, path, why);
}
