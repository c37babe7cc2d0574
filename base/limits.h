/* Every ceiling of the compiler, in one place; each has a test at it and one past it. */
#ifndef MRP_BASE_LIMITS_H
#define MRP_BASE_LIMITS_H

enum {
    LIMIT_SOURCE_BYTES = 16 << 20,    /* one file of a program */
    LIMIT_PROGRAM_FILES = 1000,       /* files that a program imports */
    LIMIT_NESTING = 200,              /* depth of the tree: brackets, operators, blocks */
    LIMIT_DIAGNOSTICS = 1000,         /* of one id that are kept; more are counted */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION /* so that a fuzzer's inputs end soon */
    LIMIT_VALUES = 100000,
    LIMIT_STEPS = 300000,
#else
    LIMIT_VALUES = 20000000,          /* elements and entries made while evaluating */
    /* evaluation steps: expressions, calls, regular expressions */
    LIMIT_STEPS = 200000000,
#endif
    LIMIT_EVALUATION_MB = 1024,       /* memory of one evaluation */
    LIMIT_CALL_DEPTH = 200,           /* calls and components inside each other */
    LIMIT_EVALUATION_DEPTH = 4000,    /* expressions and declarations that wait for one another */
    LIMIT_VALUE_DEPTH = 500,          /* lists, records and deferred values inside each other */
    LIMIT_TEXT_BYTES = 64 << 20,      /* one text value */
    LIMIT_TEXT_PIECES = 100000,       /* deferred parts of one text, and the known ones between */
    LIMIT_OUTPUT_BYTES = 1 << 30,     /* all templates together */
    LIMIT_FILE_BYTES = 16 << 20,      /* a file read by file() */
    LIMIT_SCHEMA_BYTES = 64 << 20,    /* a packed schema of --schema; ours has 4 MB */
    LIMIT_GLOB_PATHS = 100000,        /* files that one glob() finds */
    LIMIT_GLOB_DEPTH = 64,            /* folders inside each other that glob() enters */
    LIMIT_JSON_DEPTH = 200,           /* json(), yaml(), template reader */
    LIMIT_STACK_RESOURCES = 500,      /* CloudFormation quotas */
    LIMIT_STACK_OUTPUTS = 200,
    LIMIT_STACK_PARAMETERS = 200,
    LIMIT_NESTED_RESOURCES = 2500,    /* of all stacks of one nested operation */
    LIMIT_NESTED_STACKS = 20,         /* nested stacks inside each other */
    LIMIT_STACK_MAPPINGS = 200,
    LIMIT_MAPPING_ATTRIBUTES = 200,
    LIMIT_TEMPLATE_BYTES = 1000000,   /* 1 MB by TemplateURL */
    LIMIT_TEMPLATE_INLINE_BYTES = 51200,
    LIMIT_LOGICAL_ID = 255,
    LIMIT_STACK_NAME = 128,
    LIMIT_PARAMETER_OVERRIDES = 1000, /* bytes that CodePipeline takes as JSON: 1 KB */
    LIMIT_RUN_STACKS = 5000,          /* of one deploy */
    LIMIT_IF_CHAIN = 20,              /* keys of a map that becomes a chain of Fn::If */
};

#endif
