/* Texts with deferred pieces: Fn::Sub, and Fn::Join where that cannot say them. */
#include "template/lowering.h"

static void emit_inline(struct emitter *e, const struct deferred *d) {
    buffer_string(e->out, "${");
    if (d->kind == DEFERRED_PARAMETER) {
        buffer_text(e->out, d->parameter->logical_id);
    } else if (d->kind == DEFERRED_PSEUDO) {
        buffer_text(e->out, name_text(d->name));
    } else if (e->in->stack && d->resource->stack == e->in->stack) {
        buffer_text(e->out, name_text(d->resource->logical_id));
        if (!emit_is_ref(e, d->resource, d->name)) {
            buffer_char(e->out, '.');
            buffer_text(e->out, name_text(d->name));
        }
    } else {
        buffer_text(e->out, lowering_import(e->in, d, -1)->parameter);
    }
    buffer_char(e->out, '}');
}

/* Known text of Fn::Sub: a ${ of its own is written ${! */
static void emit_literal(struct emitter *e, struct text text) {
    size_t start = 0;
    for (size_t i = 0; i + 1 < text.length; i++) {
        if (text.bytes[i] != '$' || text.bytes[i + 1] != '{') continue;
        emit_fragment(e, (struct text){text.bytes + start, i + 2 - start});
        buffer_char(e->out, '!');
        start = i + 2;
    }
    emit_fragment(e, (struct text){text.bytes + start, text.length - start});
}

/* The name of a variable of Fn::Sub for a piece that ${ } cannot name. */
static struct text variable_base(struct emitter *e, const struct deferred *d) {
    if (d->kind == DEFERRED_ATTRIBUTE) {
        struct import *import = lowering_import(e->in, d, -1);
        if (import && import->travel->has_output) return import->travel->output;
    }
    if (d->kind == DEFERRED_LOOKUP && d->map_name) {
        return text_words_joined(e->in->all->arena, name_text(d->map_name));
    }
    if (d->kind == DEFERRED_IF || d->shape == SHAPE_BOOL) {
        struct value truth = d->kind == DEFERRED_IF ? d->operands[0]
                                                    : value_deferred((struct deferred *)d);
        struct term *term = lowering_term(e->in, truth);
        if (term->name.length) return term->name;
    }
    return TEXT("Value");
}

/* What equal pieces have in common: how a value of another stack travels, else the node. */
static const void *piece_key(struct emitter *e, struct value piece) {
    if (piece.kind != VALUE_DEFERRED) return piece.items;
    if (piece.deferred->kind != DEFERRED_ATTRIBUTE) return piece.deferred;
    return lowering_import(e->in, piece.deferred, -1);
}

/* Variables of one Fn::Sub: by piece, and the names taken. */
struct variables {
    struct map by_piece; /* piece_key -> struct text * */
    struct map taken;    /* name -> how often it was wanted */
};

/* Whether something of the stack has this name, which ${ } could mean as well. */
static bool is_id(struct emitter *e, struct text name) {
    if (lowering_find_id(e->in, name)) return true;
    const struct deployment *deployment = e->in->all->deployment;
    for (uint32_t i = 0; i < deployment->parameter_count; i++) {
        if (text_equal(deployment->parameters[i]->logical_id, name)) return true;
    }
    return false;
}

static struct text variable_name(struct emitter *e, struct variables *variables,
                                 struct value piece) {
    struct lowering *all = e->in->all;
    struct text base =
        piece.kind == VALUE_DEFERRED ? variable_base(e, piece.deferred) : TEXT("Value");
    const struct name *base_name = names_intern(all->deployment->names, base);
    uintptr_t number = (uintptr_t)map_find(&variables->taken, base_name);
    struct text name = base;
    for (bool is_free = false; !is_free; number++) {
        if (number) name = text_format(all->arena, "%.*s%u", TEXT_ARGS(base), (unsigned)number + 1);
        const struct name *wanted = names_intern(all->deployment->names, name);
        is_free = !is_id(e, name) && (wanted == base_name ? number == 0
                                                          : !map_find(&variables->taken, wanted));
        if (is_free) map_put(&variables->taken, wanted, (void *)(uintptr_t)1);
    }
    map_put(&variables->taken, base_name, (void *)number);
    return name;
}

/* Names of the pieces that need a variable (empty for the others); equal pieces share one. */
static uint32_t name_variables(struct emitter *e, const struct pieces *pieces, struct text *names) {
    struct variables variables;
    uint32_t count = 0;
    map_init(&variables.by_piece, e->in->all->arena);
    map_init(&variables.taken, e->in->all->arena);
    for (uint32_t i = 0; i < pieces->count; i++) {
        if (pieces->items[i].kind == VALUE_TEXT) continue;
        if (lowering_is_inline(e->in, pieces->items[i])) continue;
        const void *key = piece_key(e, pieces->items[i]);
        const struct text *known = map_find(&variables.by_piece, key);
        names[i] = known ? *known : variable_name(e, &variables, pieces->items[i]);
        if (known) continue;
        map_put(&variables.by_piece, key, &names[i]);
        count++;
    }
    return count;
}

static void emit_variables(struct emitter *e, const struct pieces *pieces,
                           const struct text *names) {
    struct map written;
    map_init(&written, e->in->all->arena);
    emit_open(e, '{');
    for (uint32_t i = 0; i < pieces->count; i++) {
        if (names[i].length == 0 || map_put(&written, names[i].bytes, e)) continue;
        emit_key(e, names[i]);
        emit_string_value(e, pieces->items[i]);
    }
    emit_close(e, '}');
}

static void emit_sub_text(struct emitter *e, const struct pieces *pieces,
                          const struct text *names) {
    buffer_char(e->out, '"');
    for (uint32_t i = 0; i < pieces->count; i++) {
        if (pieces->items[i].kind == VALUE_TEXT) {
            emit_literal(e, value_as_text(pieces->items[i]));
        } else if (names[i].length) {
            buffer_string(e->out, "${");
            buffer_text(e->out, names[i]);
            buffer_char(e->out, '}');
        } else {
            emit_inline(e, pieces->items[i].deferred);
        }
    }
    buffer_char(e->out, '"');
}

/* For texts whose ${ have no } behind them: what Fn::Sub makes of those is not documented. */
static void emit_joined(struct emitter *e, const struct pieces *pieces) {
    emit_open_function(e, TEXT("Fn::Join"));
    emit_item(e);
    emit_text(e, TEXT(""));
    emit_item(e);
    emit_open(e, '[');
    for (uint32_t i = 0; i < pieces->count; i++) {
        emit_item(e);
        emit_string_value(e, pieces->items[i]);
    }
    emit_close(e, ']');
    emit_close_function(e);
}

static bool fits_sub(const struct pieces *pieces) {
    for (uint32_t i = 0; i < pieces->count; i++) {
        if (pieces->items[i].kind != VALUE_TEXT) continue;
        if (!lowering_fits_sub(value_as_text(pieces->items[i]))) return false;
    }
    return true;
}

void emit_pieces(struct emitter *e, const struct deferred *d) {
    enum { FEW = 16 };
    struct text few[FEW] = {{0}};
    struct pieces pieces = lowering_pieces(e->in, value_deferred((struct deferred *)d));
    if (pieces.count == 0) {
        emit_text(e, TEXT(""));
    } else if (pieces.count == 1) {
        emit_string_value(e, pieces.items[0]);
    } else if (!fits_sub(&pieces)) {
        emit_joined(e, &pieces);
    } else {
        struct text *names =
            pieces.count <= FEW ? few : arena_array(e->in->all->arena, pieces.count, sizeof *names);
        uint32_t variables = name_variables(e, &pieces, names);
        emit_open(e, '{');
        EMIT_KEY(e, "Fn::Sub");
        if (variables) {
            emit_open(e, '[');
            emit_item(e);
        }
        emit_sub_text(e, &pieces, names);
        if (variables) {
            emit_item(e);
            emit_variables(e, &pieces, names);
            emit_close(e, ']');
        }
        emit_close(e, '}');
    }
}
