/* CloudFormation's actions for what the sandbox does not have: stack sets, types of one's own,
 * prices. Lists are empty, what is named is not found, and the rest says clearly that it is not
 * here.
 */
#include "runtime/serve/query.h"

struct absence {
    const char *action;
    void (*answer)(struct serving *, const struct absence *);
    const char *word; /* the list that is empty, or the member that names what is not found */
};

static void empty_list(struct serving *serving, const struct absence *absence) {
    query_list(serving, absence->word);
}

static void no_stack_set(struct serving *serving, const struct absence *absence) {
    serve_refuse(serving, 404, "StackSetNotFoundException", "StackSet %.*s not found",
                 TEXT_ARGS(query_member(serving, absence->word)));
}

static void no_stack_sets(struct serving *serving, const struct absence *absence) {
    (void)absence;
    serve_refuse(serving, 400, "ValidationError", "The sandbox has no stack sets");
}

static void no_type(struct serving *serving, const struct absence *absence) {
    struct text name = query_member(serving, "TypeName");
    if (!name.length) name = query_member(serving, absence->word);
    serve_refuse(serving, 404, "TypeNotFoundException",
                 "The type '%.*s' is none that was registered: the sandbox has no types of one's "
                 "own", TEXT_ARGS(name));
}

static void no_registry(struct serving *serving, const struct absence *absence) {
    serve_refuse(serving, 400, "CFNRegistryException",
                 "%s: the sandbox has no types, modules and hooks of one's own", absence->action);
}

static void no_prices(struct serving *serving, const struct absence *absence) {
    (void)absence;
    serve_refuse(serving, 400, "ValidationError", "The sandbox knows no prices");
}

static void no_scans(struct serving *serving, const struct absence *absence) {
    serve_refuse(serving, 400, "ValidationError", "%s: the sandbox scans no account",
                 absence->action);
}

static const struct absence absences[] = {
    {"ListStackSets", empty_list, "Summaries"},
    {"CreateStackSet", no_stack_sets, NULL},
    {"DescribeStackSet", no_stack_set, "StackSetName"},
    {"UpdateStackSet", no_stack_set, "StackSetName"},
    {"DeleteStackSet", no_stack_set, "StackSetName"},
    {"CreateStackInstances", no_stack_set, "StackSetName"},
    {"UpdateStackInstances", no_stack_set, "StackSetName"},
    {"DeleteStackInstances", no_stack_set, "StackSetName"},
    {"ListStackInstances", no_stack_set, "StackSetName"},
    {"DescribeStackInstance", no_stack_set, "StackSetName"},
    {"ListStackInstanceResourceDrifts", no_stack_set, "StackSetName"},
    {"DetectStackSetDrift", no_stack_set, "StackSetName"},
    {"DescribeStackSetOperation", no_stack_set, "StackSetName"},
    {"ListStackSetOperations", no_stack_set, "StackSetName"},
    {"ListStackSetOperationResults", no_stack_set, "StackSetName"},
    {"ListStackSetAutoDeploymentTargets", no_stack_set, "StackSetName"},
    {"StopStackSetOperation", no_stack_set, "StackSetName"},
    {"ImportStacksToStackSet", no_stack_set, "StackSetName"},
    {"ListTypes", empty_list, "TypeSummaries"},
    {"ListTypeRegistrations", empty_list, "RegistrationTokenList"},
    {"DescribeType", no_type, "Arn"},
    {"ListTypeVersions", no_type, "Arn"},
    {"DeregisterType", no_type, "Arn"},
    {"SetTypeDefaultVersion", no_type, "Arn"},
    {"SetTypeConfiguration", no_type, "TypeArn"},
    {"DeactivateType", no_type, "Arn"},
    {"TestType", no_type, "Arn"},
    {"PublishType", no_type, "Arn"},
    {"RegisterType", no_registry, NULL},
    {"ActivateType", no_registry, NULL},
    {"DescribeTypeRegistration", no_registry, NULL},
    {"BatchDescribeTypeConfigurations", no_registry, NULL},
    {"RegisterPublisher", no_registry, NULL},
    {"DescribePublisher", no_registry, NULL},
    {"RecordHandlerProgress", no_registry, NULL},
    {"EstimateTemplateCost", no_prices, NULL},
    {"ListResourceScans", empty_list, "ResourceScanSummaries"},
    {"ListGeneratedTemplates", empty_list, "Summaries"},
    {"StartResourceScan", no_scans, NULL},
    {"CreateGeneratedTemplate", no_scans, NULL},
};

bool serve_absent(struct serving *serving, struct text action) {
    for (size_t i = 0; i < sizeof absences / sizeof *absences; i++) {
        if (!text_is(action, absences[i].action)) continue;
        absences[i].answer(serving, &absences[i]);
        return true;
    }
    return false;
}
