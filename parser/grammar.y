/* The grammar of mrp. Actions only build nodes (builder.h); a mistake that has one certain meaning
 * is a rule of its own, marked "mistake", which reports it and goes on as if it had been written
 * right.
 *
 * Plain LALR(1) without a conflict. What makes that possible without separators between entries is
 * in lexer.h: a "(", "[" or "-" that opens a value is another token than one that continues it, and
 * ".name" is one token. All words but eight are names wherever no declaration can begin.
 *
 * Recovery is only at declarations and entries: SYNC is a token that the reporter (report.c) puts
 * in where the text makes sense again.
 */
%require "3.8"

%define api.pure full
%define api.prefix {grammar_}
%define api.location.type {struct range}
%define api.token.raw
%define api.value.type union
%define parse.error custom
%define parse.lac full
%locations
%expect 0

%param {struct parser *parser}

%code requires {
#include "parser/builder.h"
}

%code provides {
/* Fills in the next token; the parser's cursor moves on. */
int grammar_lex(GRAMMAR_STYPE *value, GRAMMAR_LTYPE *location, struct parser *parser);
}

%code {
#define YYMALLOC memory_alloc
#define YYFREE memory_free
/* Deep input is refused by the nodes it makes (LIMIT_NESTING), not by the parser's stack. */
#define YYMAXDEPTH 100000
#define YYLLOC_DEFAULT(current, rhs, n)                                              \
    ((current) = (n) ? (struct range){YYRHSLOC(rhs, 1).start, YYRHSLOC(rhs, n).end} \
                     : (struct range){YYRHSLOC(rhs, 0).end, YYRHSLOC(rhs, 0).end})

static void grammar_error(const struct range *range, struct parser *parser, const char *message);
}

%token END "end of the file" /* before bison's own end, at which it could not recover */
%token SYNC "a new start" BODY "a body" BLOCK_BODY "a block" FILE_START "file" EXPRESSION_START "expression"
%token COMMENT "comment" DOC "doc comment"
%token NAME "name" AWS_TYPE "resource type" MEMBER "member" OPTIONAL_MEMBER "optional member"
%token META "meta attribute" INT "integer" NUMBER "number"
%token STRING "text" RAW "raw text" RAW_BLOCK "raw text block" TEXT_OPEN "\"" BLOCK_OPEN "\"\"\""
%token TEXT_PART "text part" TEXT_CLOSE "end of the text"
%token INTERPOLATION_OPEN "${" INTERPOLATION_CLOSE "} of a text"
%token IF "if" THEN "then" ELSE "else" FOR "for" IN "in" TRUE "true" FALSE "false" NULL_ "null"
%token IMPORT "import" PARAM "param" LET "let" FN "fn" TYPE "type" COMPONENT "component"
%token PROJECT "project" REGION "region" STACK "stack" RESOURCE "resource" PIPELINE "pipeline"
%token STAGE "stage" ACTION "action" OUTPUT "output" ASSERT "assert" TEST "test" POLICY "policy"
%token WITH "with" CHECK "check" DEPLOY "deploy" SSM "ssm" AS "as" RETURN "return"
%token LBRACE "{" RBRACE "}" LPAREN "(" RPAREN ")" LBRACK "[" RBRACK "]" OPTIONAL_LBRACK "?["
%token SP_LPAREN "( after a space" SP_LBRACK "[ after a space" SP_MINUS "- sign"
%token ASSIGN "=" ARROW "=>" COLON ":" COMMA "," PIPE "|" QUESTION "?" DOT "." ELLIPSIS "..."
%token OR "||" AND "&&" EQUAL "==" NOT_EQUAL "!=" LESS "<" LESS_EQUAL "<=" GREATER ">"
%token GREATER_EQUAL ">=" DEFAULT "??" RANGE ".." PLUS "+" MINUS "-" STAR "*" SLASH "/" PERCENT "%"
%token NOT "!"

%left OR
%left AND
%nonassoc EQUAL NOT_EQUAL
%nonassoc LESS LESS_EQUAL GREATER GREATER_EQUAL IN
%right DEFAULT
%nonassoc RANGE
%left PLUS MINUS
%left STAR SLASH PERCENT
%precedence SIGN

%type <struct written_name> path_word name soft_word declaration_word key_name
%type <struct node *> name_node path type union_type optional_type atom field
%type <struct key> key block_key field_key
%type <struct node *> item declaration entry record block expr op primary
%type <struct node *> string literal element argument generator if_item if_entry
%type <struct node *> fn_let initial type_note import_file
%type <struct chain> items entries names parts elements element_list arguments argument_list
%type <struct chain> generators checks fields parameters parameter_list fn_lets import_names members
%type <struct chain> import_path alternatives
%type <struct header> header

%%

start:
  FILE_START file END
| EXPRESSION_START expr END             { parser->items = chain_one($2); }
| EXPRESSION_START error SYNC END       { parser->items = chain_one(build_error(parser, @2)); }
;

file:
  %empty
| file item                             { parser_take(parser, $2); }
;

items:
  %empty                                { $$ = chain_empty(); }
| items item                            { $$ = chain_with($1, $2); }
;

/* A header is wrong but its body is there: what is in it need not suffer. */
body_mark: BODY                         { yyerrok; } ;
block_mark: BLOCK_BODY                  { yyerrok; } ;

item:
  declaration
| block_key "=" expr comma              { $$ = build_entry(parser, @1, $1, $3); }
| block_bad_key "=" expr comma          { $$ = build_entry(parser, @1, mistake_key(parser, @1), $3); }
| block_key ":" expr comma              { $$ = mistake_colon(parser, @2, build_entry(parser, @1, $1, $3)); }
| block_bad_key ":" expr comma          { $$ = mistake_colon(parser, @2, build_entry(parser, @1, mistake_key(parser, @1), $3)); }
| block_key record                      { $$ = mistake_no_equal(parser, @2, build_entry(parser, @1, $1, $2)); }
| error SYNC                            { $$ = build_error(parser, @1); yyerrok; }
| error body_mark record                { $$ = build_error(parser, @1); }
| error block_mark block                { $$ = build_if(parser, @$, build_error(parser, @1), $3, NULL); }
;

comma: %empty | "," ;

block: "{" items "}"                    { $$ = build_block(parser, @$, $2.list); } ;

/* ---- declarations ---- */

declaration:
  "import" import_path                         { $$ = build_import(parser, @$, $2.list, NULL, NULL, NULL); }
| "import" import_path "as" name               { $$ = build_import(parser, @$, $2.list, NULL, &$4, NULL); }
| "import" import_path import_names            { $$ = build_import(parser, @$, $2.list, NULL, NULL, &$3.list); }
| "import" import_file                  { $$ = build_import(parser, @$, (struct list){0}, $2, NULL, NULL); }
| "import" import_file "as" name        { $$ = build_import(parser, @$, (struct list){0}, $2, &$4, NULL); }
| "import" import_file import_names     { $$ = build_import(parser, @$, (struct list){0}, $2, NULL, &$3.list); }
| "param" name ":" type initial checks  { $$ = build_param(parser, @$, $2, $4, $5, $6.list); }
| "let" name type_note "=" expr         { $$ = build_let(parser, @$, $2, $3, $5); }
| "output" name type_note "=" expr      { $$ = build_output(parser, @$, $2, $3, $5); }
| "fn" name lparen parameters ")" type_note "=" expr
                                        { $$ = build_fn(parser, @$, $2, $4.list, $6, $8); }
| "fn" name lparen parameters ")" type_note "{" fn_lets "return" expr "}"
                                        { $$ = build_fn_block(parser, build_fn(parser, @$, $2, $4.list, $6, $10), $8.list); }
| "type" name "=" type checks           { $$ = build_type(parser, @$, $2, $4, $5.list); }
| "component" name block                { $$ = build_component(parser, @$, $2, $3); }
| "project" name record                 { $$ = build_project(parser, @$, $2, $3); }
| "region" name string block            { $$ = build_region(parser, @$, chain_one(build_name(parser, $2)).list, $3, NULL, $4); }
| "region" names block                  { $$ = build_region(parser, @$, $2.list, NULL, NULL, $3); }
| "region" name "in" expr block         { $$ = build_region(parser, @$, chain_one(build_name(parser, $2)).list, NULL, $4, $5); }
| "stack" name header block             { $$ = build_unit(parser, @$, NODE_STACK, $2, $3, $4); }
| "pipeline" name "in" expr header block
                                        { $$ = build_pipeline(parser, build_unit(parser, @$, NODE_PIPELINE, $2, $5, $6), $4); }
| "resource" name ":" path header record
                                        { $$ = build_typed(parser, build_unit(parser, @$, NODE_RESOURCE, $2, $5, $6), $4); }
| "action" name ":" path header record  { $$ = build_typed(parser, build_unit(parser, @$, NODE_ACTION, $2, $5, $6), $4); }
| "resource" name path header record    /* mistake */
                                        { $$ = mistake_no_colon(parser, @3, build_typed(parser, build_unit(parser, @$, NODE_RESOURCE, $2, $4, $5), $3)); }
| "action" name path header record      /* mistake */
                                        { $$ = mistake_no_colon(parser, @3, build_typed(parser, build_unit(parser, @$, NODE_ACTION, $2, $4, $5), $3)); }
| "resource" string string record       /* mistake */
                                        { $$ = mistake_hcl_resource(parser, @2, @3, $2, $3); }
| "stage" name header block             { $$ = build_unit(parser, @$, NODE_STAGE, $2, $3, $4); }
| "with" record                         { $$ = build_with(parser, @$, $2); }
| "test" string block                   { $$ = build_test(parser, @$, NODE_TEST, $2, $3); }
| "policy" string block                 { $$ = build_test(parser, @$, NODE_POLICY, $2, $3); }
| "assert" expr                         { $$ = build_assert(parser, @$, $2, NULL, NULL); }
| "assert" expr "," expr                { $$ = build_assert(parser, @$, $2, $4, NULL); }
| "assert" expr "," expr "," string     { $$ = build_assert(parser, @$, $2, $4, $6); }
| if_item
| generators block                      { $$ = build_for(parser, @$, $1.list, $2); }
;

import_file: string ;

import_names:
  "{" names "}"                         { $$ = $2; }
| "{" names "," "}"                     { $$ = $2; }
;

if_item:
  "if" expr block                       { $$ = build_if(parser, @$, $2, $3, NULL); }
| "if" expr block "else" block          { $$ = build_if(parser, @$, $2, $3, $5); }
| "if" expr block "else" if_item        { $$ = build_if(parser, @$, $2, $3, $5); }
;

initial:
  %empty                                { $$ = NULL; }
| "=" expr                              { $$ = $2; }
;

type_note:
  %empty                                { $$ = NULL; }
| ":" type                              { $$ = $2; }
;

checks:
  %empty                                { $$ = chain_empty(); }
| checks "check" expr "," expr          { $$ = chain_with($1, build_check(parser, @2, $3, $5)); }
;

lparen: "(" | "( after a space" ;
lbrack: "[" | "[ after a space" ;

parameters:
  %empty                                { $$ = chain_empty(); }
| parameter_list comma                  { $$ = $1; }
;

parameter_list:
  name ":" type initial                 { $$ = chain_one(build_field(parser, @1, (struct key){$1.name, NULL}, $3, $4)); }
| parameter_list "," name ":" type initial
                                        { $$ = chain_with($1, build_field(parser, @3, (struct key){$3.name, NULL}, $5, $6)); }
;

fn_lets:
  %empty                                { $$ = chain_empty(); }
| fn_lets fn_let                        { $$ = chain_with($1, $2); }
;

fn_let: "let" name type_note "=" expr   { $$ = build_let(parser, @$, $2, $3, $5); } ;

header:
  %empty                                { $$ = (struct header){0}; }
| generators                            { $$ = (struct header){.generators = $1.list}; }
| "if" expr                             { $$ = (struct header){.condition = $2}; }
;

generators:
  generator                             { $$ = chain_one($1); }
| generators generator                  { $$ = chain_with($1, $2); }
| generators "if" expr                  { $$ = chain_with($1, build_filter(parser, @2, $3)); }
;

generator:
  "for" name "in" expr                  { $$ = build_generator(parser, @$, $2, (struct written_name){0}, $4); }
| "for" name "," name "in" expr         { $$ = build_generator(parser, @$, $2, $4, $6); }
;

/* ---- names ---- */

name: NAME                              { $$ = build_written(parser, @1); }
| soft_word
| declaration_word
;

key_name: NAME                          { $$ = build_written(parser, @1); }
| "deploy"                              { $$ = build_written(parser, @1); }
| "ssm"                                 { $$ = build_written(parser, @1); }
| "return"                              { $$ = build_written(parser, @1); }
;

soft_word:
  "check"                               { $$ = build_written(parser, @1); }
| "deploy"                              { $$ = build_written(parser, @1); }
| "ssm"                                 { $$ = build_written(parser, @1); }
| "as"                                  { $$ = build_written(parser, @1); }
| "return"                              { $$ = build_written(parser, @1); }
;

declaration_word: word                  { $$ = build_written(parser, @1); } ;

word:
  "import" | "param" | "let" | "fn" | "type" | "component" | "project" | "region" | "stack"
| "resource" | "pipeline" | "stage" | "action" | "output" | "assert" | "test" | "policy" | "with"
;

name_node: name                         { $$ = build_name(parser, $1); } ;

names:
  name_node                             { $$ = chain_one($1); }
| names "," name_node                   { $$ = chain_with($1, $3); }
;

import_path:
  path_word                             { $$ = chain_one(build_name(parser, $1)); }
| import_path MEMBER                    { $$ = chain_with($1, build_name(parser, build_member_name(parser, @2, 1))); }
| AWS_TYPE                              { $$ = chain_one(build_aws_type(parser, @1)); }
;

path:
  path_word members                     { $$ = build_type_name(parser, @$, $1, $2.list); }
| AWS_TYPE                              { $$ = build_aws_type(parser, @1); }
;

path_word: NAME                         { $$ = build_written(parser, @1); }
| "ssm"                                 { $$ = build_written(parser, @1); }
;

members:
  %empty                                { $$ = chain_empty(); }
| members MEMBER                        { $$ = chain_with($1, build_name(parser, build_member_name(parser, @2, 1))); }
;

/* ---- types ---- */

type:
  union_type
| "deploy" union_type                   { $$ = build_type_deploy(parser, @$, $2); }
| "deploy" "ssm" lparen type ")"        { $$ = build_type_deploy(parser, @$, build_type_ssm(parser, @2, @5, $4)); }
;

union_type:
  optional_type
| alternatives                          { $$ = build_type_union(parser, @$, $1.list); }
;

alternatives:
  optional_type "|" optional_type       { $$ = chain_with(chain_one($1), $3); }
| alternatives "|" optional_type             { $$ = chain_with($1, $3); }
;

optional_type:
  atom
| optional_type "?"                     { $$ = build_type_optional(parser, @$, @2, $1); }
| optional_type "??"                    { $$ = mistake_optional_twice(parser, @2, build_type_optional(parser, @$, @2, $1)); }
;

atom:
  path
| string                                { $$ = build_type_literal(parser, @$, $1); }
| INT                                   { $$ = build_type_literal(parser, @$, build_int(parser, @1, false)); }
| minus INT                             { $$ = build_type_literal(parser, @$, build_int(parser, @$, true)); }
| lbrack type "]"                       { $$ = build_type_list(parser, @$, $2); }
| "{" type "}"                          { $$ = build_type_map(parser, @$, $2); }
| lparen type ")"                       { $$ = $2; }
| "{" "}"                               { $$ = build_type_record(parser, @$, (struct list){0}); }
| "{" fields "}"                        { $$ = build_type_record(parser, @$, $2.list); }
;

minus: "-" | "- sign" ;

fields:
  field comma                           { $$ = chain_one($1); }
| fields field comma                    { $$ = chain_with($1, $2); }
;

field: field_key ":" type initial       { $$ = build_field(parser, @1, $1, $3, $4); } ;

field_key:
  name                                  { $$ = (struct key){$1.name, NULL}; }
| string                                { $$ = build_key(parser, $1); }
;

/* ---- records ---- */

record:
  "{" "}"                               { $$ = build_record(parser, @$, (struct list){0}); }
| "{" entries "}"                       { $$ = build_record(parser, @$, $2.list); }
;

entries:
  entry comma                           { $$ = chain_one($1); }
| entries entry comma                   { $$ = chain_with($1, $2); }
| error SYNC                            { $$ = chain_one(build_error(parser, @1)); yyerrok; }
| entries error SYNC                    { $$ = chain_with($1, build_error(parser, @2)); yyerrok; }
| error body_mark record                { $$ = chain_one(build_error(parser, @1)); }
| entries error body_mark record        { $$ = chain_with($1, build_error(parser, @2)); }
;

entry:
  key "=" expr                          { $$ = build_entry(parser, @1, $1, $3); }
| "..." expr                            { $$ = build_spread(parser, @$, $2); }
| if_entry
| generators record                     { $$ = build_for(parser, @$, $1.list, $2); }
| bad_key "=" expr                      { $$ = build_entry(parser, @1, mistake_key(parser, @1), $3); }
| key ":" expr                          { $$ = mistake_colon(parser, @2, build_entry(parser, @1, $1, $3)); }
| bad_key ":" expr                      { $$ = mistake_colon(parser, @2, build_entry(parser, @1, mistake_key(parser, @1), $3)); }
| key record                            { $$ = mistake_no_equal(parser, @2, build_entry(parser, @1, $1, $2)); }
;

bad_key: dashed | dotted | INT ;
dashed: name minus name | dashed minus name ;
dotted: name MEMBER | dotted MEMBER ;

block_bad_key: block_dashed | block_dotted | INT ;
block_dashed: key_name minus name | block_dashed minus name ;
block_dotted: key_name MEMBER | block_dotted MEMBER ;

if_entry:
  "if" expr record                      { $$ = build_if(parser, @$, $2, $3, NULL); }
| "if" expr record "else" record        { $$ = build_if(parser, @$, $2, $3, $5); }
| "if" expr record "else" if_entry      { $$ = build_if(parser, @$, $2, $3, $5); }
;

key:
  name                                  { $$ = (struct key){$1.name, NULL}; }
| string                                { $$ = build_key(parser, $1); }
| META                                  { $$ = (struct key){build_member_name(parser, @1, 1).name, NULL}; }
;

block_key:
  key_name                              { $$ = (struct key){$1.name, NULL}; }
| string                                { $$ = build_key(parser, $1); }
| META                                  { $$ = (struct key){build_member_name(parser, @1, 1).name, NULL}; }
;

/* ---- expressions ---- */

expr:
  op
| "if" expr "then" expr "else" expr     { $$ = build_conditional(parser, @$, $2, $4, $6); }
| op "?" expr ":" expr                  { $$ = mistake_ternary(parser, @2, @4, build_conditional(parser, @$, $1, $3, $5)); }
;

op:
  primary
| op "||" op                            { $$ = build_binary(parser, OPERATOR_OR, $1, $3); }
| op "&&" op                            { $$ = build_binary(parser, OPERATOR_AND, $1, $3); }
| op "==" op                            { $$ = build_binary(parser, OPERATOR_EQUAL, $1, $3); }
| op "!=" op                            { $$ = build_binary(parser, OPERATOR_NOT_EQUAL, $1, $3); }
| op "<" op                             { $$ = build_binary(parser, OPERATOR_LESS, $1, $3); }
| op "<=" op                            { $$ = build_binary(parser, OPERATOR_LESS_EQUAL, $1, $3); }
| op ">" op                             { $$ = build_binary(parser, OPERATOR_GREATER, $1, $3); }
| op ">=" op                            { $$ = build_binary(parser, OPERATOR_GREATER_EQUAL, $1, $3); }
| op "in" op                            { $$ = build_binary(parser, OPERATOR_IN, $1, $3); }
| op "??" op                            { $$ = build_binary(parser, OPERATOR_DEFAULT, $1, $3); }
| op ".." op                            { $$ = build_binary(parser, OPERATOR_RANGE, $1, $3); }
| op "+" op                             { $$ = build_binary(parser, OPERATOR_ADD, $1, $3); }
| op "-" op                             { $$ = build_binary(parser, OPERATOR_SUBTRACT, $1, $3); }
| op "*" op                             { $$ = build_binary(parser, OPERATOR_MULTIPLY, $1, $3); }
| op "/" op                             { $$ = build_binary(parser, OPERATOR_DIVIDE, $1, $3); }
| op "%" op                             { $$ = build_binary(parser, OPERATOR_REMAINDER, $1, $3); }
| "!" op %prec SIGN                     { $$ = build_unary(parser, @$, OPERATOR_NOT, $2); }
| minus op %prec SIGN                   { $$ = build_unary(parser, @$, OPERATOR_NEGATE, $2); }
;

primary:
  name_node
| literal
| string
| AWS_TYPE                              { $$ = build_aws_type(parser, @1); }
| lparen expr ")"                       { $$ = build_paren(parser, @$, $2); }
| record
| lbrack elements "]"                   { $$ = build_list(parser, @$, $2.list); }
| lbrack generators ":" expr "]"        { $$ = build_list_for(parser, @$, $2.list, $4); }
| "{" generators ":" expr "=>" expr "}" { $$ = build_map_for(parser, @$, $2.list, $4, $6); }
| primary MEMBER                        { $$ = build_member(parser, @2, 1, $1); }
| primary OPTIONAL_MEMBER               { $$ = build_member(parser, @2, 2, $1); }
| primary "[" expr "]"                  { $$ = build_index(parser, @$, false, $1, $3); }
| primary "?[" expr "]"                 { $$ = build_index(parser, @$, true, $1, $3); }
| primary "(" arguments ")"             { $$ = build_call(parser, @$, $1, $3.list); }
| primary "."                           { $$ = mistake_member_missing(parser, @2, $1); }
;

literal:
  INT                                   { $$ = build_int(parser, @1, false); }
| NUMBER                                { $$ = build_number(parser, @1); }
| "true"                                { $$ = build_bool(parser, @1, true); }
| "false"                               { $$ = build_bool(parser, @1, false); }
| "null"                                { $$ = build_null(parser, @1); }
;

elements:
  %empty                                { $$ = chain_empty(); }
| element_list comma                    { $$ = $1; }
;

element_list:
  element                               { $$ = chain_one($1); }
| element_list "," element              { $$ = chain_with($1, $3); }
;

element:
  expr
| "..." expr                            { $$ = build_spread(parser, @$, $2); }
;

arguments:
  %empty                                { $$ = chain_empty(); }
| argument_list comma                   { $$ = $1; }
;

argument_list:
  argument                              { $$ = chain_one($1); }
| argument_list "," argument            { $$ = chain_with($1, $3); }
;

argument:
  expr
| name "=" expr                         { $$ = build_argument(parser, $1, $3); }
| name ":" expr                         { $$ = mistake_colon(parser, @2, build_argument(parser, $1, $3)); }
;

string:
  STRING                                { $$ = build_text(parser, @1, 0); }
| RAW                                   { $$ = build_text(parser, @1, NODE_RAW); }
| RAW_BLOCK                             { $$ = build_text(parser, @1, NODE_RAW | NODE_LINES); }
| "\"" parts "end of the text"          { $$ = build_template(parser, @$, $2.list, 0); }
| "\"\"\"" parts "end of the text"      { $$ = build_template(parser, @$, $2.list, NODE_LINES); }
;

parts:
  %empty                                { $$ = chain_empty(); }
| parts TEXT_PART                       { $$ = chain_with($1, build_part(parser, @2)); }
| parts "${" expr "} of a text"         { $$ = chain_with($1, $3); }
;

%%

/* bison calls this for an exhausted stack only: other errors go to the reporter. */
static void grammar_error(const struct range *range, struct parser *parser, const char *message) {
    (void)message;
    report_nesting(parser, *range);
}

/* Whether bison's recovery goes on from a state: it shifts the token "error" there. */
static bool state_recovers(yy_state_t state) {
    int at = yypact[state];
    if (yypact_value_is_default(at)) return false;
    at += YYSYMBOL_YYerror;
    return at >= 0 && at <= YYLAST && yycheck[at] == YYSYMBOL_YYerror && yytable[at] > 0;
}

/* Fills in where the recovery goes on: in items or entries, within so many open braces. */
static void find_recovery(const yypcontext_t *context, struct syntax_error *error) {
    const yy_state_t *state = context->yyssp;
    while (*state != 0 && !state_recovers(*state)) state--;
    error->in_block = yystos[*state] == YYSYMBOL_items || yystos[*state] == YYSYMBOL_file;
    for (; *state != 0; state--) error->brace_depth += yystos[*state] == YYSYMBOL_LBRACE;
}

static int yyreport_syntax_error(const yypcontext_t *context, struct parser *parser) {
    yysymbol_kind_t kinds[YYNTOKENS];
    int expected[YYNTOKENS];
    int count = yypcontext_expected_tokens(context, kinds, YYNTOKENS);
    for (int i = 0; i < count; i++) expected[i] = (int)kinds[i];
    struct syntax_error error = {.expected = expected,
                                 .expected_count = count > 0 ? (uint32_t)count : 0};
    find_recovery(context, &error);
    report_syntax_error(parser, &error);
    return 0;
}
