/* What the deploy engine may ask of a cloud: a table of three functions and one kind of call.
 *
 * runtime/aws fills the table with the network, runtime/simulator with a model of CloudFormation on
 * virtual time. The engine reads no clock and makes no call except through it, so what is rehearsed
 * and what simulated failures test is what users run.
 *
 * A call is begun, and is handed back by next() when it is finished; any number may be under way,
 * so all regions are asked at the same time. Requests, replies and words ("CREATE_COMPLETE",
 * "Modify") are those of CloudFormation's API, version 2010-05-15, so that nothing is lost on the
 * way.
 */
#ifndef MRP_RUNTIME_CLOUD_H
#define MRP_RUNTIME_CLOUD_H

#include "base/failure.h"
#include "base/text.h"

enum cloud_operation {
    CLOUD_IDENTITY,            /* who calls: reply account, caller */
    CLOUD_DESCRIBE_STACKS,     /* stack, or all: reply stacks */
    CLOUD_CREATE_CHANGE_SET,   /* reply id, stack_id */
    CLOUD_DESCRIBE_CHANGE_SET, /* with property values: reply change_set */
    CLOUD_EXECUTE_CHANGE_SET,
    CLOUD_DELETE_CHANGE_SET,
    CLOUD_DELETE_STACK,
    CLOUD_STACK_EVENTS,        /* newest first: reply events */
    CLOUD_CHANGE_SET_EVENTS,   /* failures alone, early validation and hooks among them, of a change
                                  set, of an operation (id) or of all of a stack: reply events */
    CLOUD_GET_TEMPLATE,        /* as it was sent: reply body */
    CLOUD_STACK_RESOURCES,     /* reply resources */
    CLOUD_EXPORTS,             /* reply exports */
    CLOUD_IMPORTS,             /* stacks that import export_name: reply names */
    CLOUD_PROTECT_STACK,       /* termination protection := is_protected */
    CLOUD_PUT_OBJECT,          /* bucket, key, body; expects the bucket to be the account's own */
    CLOUD_HEAD_OBJECT,         /* fails with code NotFound if there is none */
    CLOUD_OBJECT_VERSIONS,     /* of bucket, at most 1,000 of them, delete markers as well: reply
                                  objects; for a bucket that is not there code NoSuchBucket */
    CLOUD_DELETE_OBJECTS,      /* objects of bucket, at most 1,000: reply objects that are left */
    CLOUD_DETECT_DRIFT,        /* begins to compare the stack with its template: reply id */
    CLOUD_DRIFT_STATUS,        /* of the detection id: reply status, status_reason, drift_status */
    CLOUD_RESOURCE_DRIFTS,     /* of the stack, those that differ: reply drifts */
    CLOUD_CONTINUE_ROLLBACK,   /* of an update that could not be rolled back; skips logical ids */
    CLOUD_ROLLBACK_STACK,      /* of a stack in CREATE_FAILED or UPDATE_FAILED */
    CLOUD_CANCEL_UPDATE,       /* of a stack in UPDATE_IN_PROGRESS: it rolls back */
    CLOUD_CREATE_REFACTOR,     /* stack gets body, with its resources renamed by moves: reply id */
    CLOUD_DESCRIBE_REFACTOR,   /* the refactor id: reply status, status_reason, execution_status */
    CLOUD_EXECUTE_REFACTOR,
    CLOUD_HOOK_RESULTS,        /* of all hooks that looked at the change set, else at the stack:
                                  reply hooks, without advice */
    CLOUD_HOOK_RESULT,         /* of the hook's invocation id: reply hooks, one, with its advice */
    CLOUD_TRAIL,               /* calls that CloudTrail has seen from since to until, of those whose
                                  attribute is value; newest first: reply trail */
    CLOUD_PIPELINE_STATE,      /* of the pipeline: reply stages */
    CLOUD_START_PIPELINE,      /* with parameters as its variables: reply id, of the execution */
    CLOUD_PIPELINE_EXECUTION,  /* the execution id of the pipeline: reply status, status_reason */
};

struct cloud_parameter {
    struct text key, value;
    bool use_previous; /* request: keep what is deployed */
    struct text resolved; /* reply: of an SSM parameter */
};

struct cloud_tag {
    struct text key, value;
};

struct cloud_output {
    struct text key, value, description, export_name;
};

struct cloud_stack {
    struct text id, name, status, status_reason, description, change_set_id;
    struct text parent_id, root_id; /* of a nested stack: the one it is in, and the outermost */
    struct cloud_parameter *parameters;
    struct cloud_output *outputs;
    struct cloud_tag *tags;
    const struct text *capabilities;
    uint32_t parameter_count, output_count, tag_count, capability_count;
    uint32_t alarm_count;      /* that roll it back when they ring */
    double created, updated, deleted; /* seconds since 1970; 0 for never */
    bool is_protected, disable_rollback;
};

struct cloud_change_detail {
    struct text attribute;           /* "Properties", "Tags", "Metadata", ... */
    struct text name;                /* the top-level property, empty for Tags */
    struct text path;                /* "/Properties/Tags/0/Value", with property values */
    struct text requires_recreation; /* "Never", "Conditionally", "Always" */
    struct text before, after;       /* JSON or plain text; with property values */
    struct text change_type;         /* "Add", "Modify", "Remove" */
    struct text evaluation;          /* "Static", "Dynamic" */
    struct text source;              /* "DirectModification", "ResourceReference", ... */
    struct text causing_entity;      /* "Topic.Arn" */
    struct text before_from;         /* "PREVIOUS_DEPLOYMENT_STATE", "ACTUAL_STATE" */
    /* Of a property that was changed behind the stack's back: as deployed, and as it is. */
    struct text drift_previous, drift_actual;
    bool is_drifted;
};

struct cloud_change {
    struct text action;        /* "Add", "Modify", "Remove", "Import", "Dynamic" */
    struct text logical_id, physical_id, type;
    struct text replacement;   /* "True", "False", "Conditional"; empty but for Modify */
    struct text policy_action; /* "Delete", "Retain", "ReplaceAndSnapshot", ... or empty */
    const struct text *scope;
    struct cloud_change_detail *details;
    uint32_t scope_count, detail_count;
    struct text before_context, after_context; /* JSON: {"Properties": ...} */
    struct text previous_context; /* as it was deployed, where before_context is what is there */
    struct text drift_status;  /* "IN_SYNC", "MODIFIED", "DELETED", "NOT_CHECKED", ... or empty */
    struct text change_set;    /* of a nested stack: the id of its own */
};

struct cloud_change_set {
    struct text id, name, stack_id, stack_name;
    struct text status, status_reason, execution_status;
    bool with_nested;
    struct cloud_change *changes;
    uint32_t change_count;
    double created;
    struct text mode;          /* "REVERT_DRIFT" or empty */
    struct text drift_status;  /* of the stack, of drift-aware change sets: "DRIFTED", "IN_SYNC" */
    struct text parent, root;  /* ids: of the change set of the stack around it, of the outermost */
};

struct cloud_event {
    struct text id, stack_id, stack_name, logical_id, physical_id, type;
    struct text status, reason, token;
    struct text properties;    /* of the resource, JSON */
    double time;
    struct text operation;     /* id: a failed update and its rollback have two */
    /* Of a hook that looked at the resource. */
    struct text hook_type, hook_status, hook_reason, hook_mode, hook_id;
    /* Of CLOUD_CHANGE_SET_EVENTS. */
    struct text kind;          /* "VALIDATION_ERROR", "PROVISIONING_ERROR", ... */
    struct text validation_name, validation_path, validation_mode; /* "FAIL", "WARN" */
};

struct cloud_advice { /* what a hook says of one of its rules */
    struct text rule, status; /* "PASSED", "FAILED", "SKIPPED" */
    struct text message, remedy, link, severity;
};

struct cloud_hook { /* what a hook found */
    struct text id, type;      /* type: "Acme::S3::Encrypted" */
    struct text status;        /* "HOOK_COMPLETE_FAILED", ... */
    struct text reason, mode;  /* "FAIL", "WARN" */
    struct text target, target_type; /* of a resource: its logical id and type */
    struct cloud_advice *advice;
    uint32_t advice_count;
    double time;
};

struct cloud_trail_event { /* a call that somebody made */
    struct text id, name, source, user; /* name: "CreateBucket"; source: "s3.amazonaws.com" */
    struct text error_code, error_message; /* empty: it went well */
    struct text invoked_by;    /* "cloudformation.amazonaws.com" or empty */
    const struct text *resources; /* names that the call was about */
    uint32_t resource_count;
    double time;
};

struct cloud_action { /* of a pipeline's stage: its newest execution */
    struct text name, status;  /* "InProgress", "Abandoned", "Succeeded", "Failed" or empty */
    struct text summary, error_code, error_message;
    struct text url;           /* where more is said */
    struct text token;         /* of an approval that waits */
    double time;
};

struct cloud_stage {
    struct text name, execution, status; /* id of the newest execution in it, or empty */
    struct text waiting;       /* id of the execution that waits before it */
    struct text closed_reason;
    bool is_closed;            /* no execution may enter */
    struct cloud_action *actions;
    uint32_t action_count;
};

struct cloud_resource {
    struct text logical_id, physical_id, type, status, reason;
    double updated;
};

struct cloud_object { /* a version of an object, or a delete marker */
    struct text key, version;
    struct text code, message; /* of one that could not be deleted */
};

struct cloud_difference {
    struct text path;             /* "/Tags/0/Value" */
    struct text expected, actual; /* JSON or plain text */
    struct text kind;             /* "ADD", "REMOVE", "NOT_EQUAL" */
};

struct cloud_drift { /* a resource that is not as its template says */
    struct text logical_id, physical_id, type;
    struct text status; /* "MODIFIED", "DELETED" */
    struct cloud_difference *differences;
    uint32_t difference_count;
};

struct cloud_move {
    struct text from, to; /* logical ids */
};

struct cloud_import { /* a resource that exists and is to be a stack's */
    struct text type, logical_id;
    const struct cloud_tag *identifier; /* its primary properties: "BucketName" */
    uint32_t identifier_count;
};

struct cloud_export {
    struct text name, value, stack_id;
};

struct cloud_error {
    struct text code, message; /* AWS's own; an empty code means that the call went well */
    struct text request_id;
    bool is_network;           /* nothing came back: what the call did is unknown */
};

/* The fields an operation does not name are ignored. The texts belong to the caller until the call
 * is handed back. */
struct cloud_request {
    /* What it is about. */
    struct text stack, change_set; /* name or id */
    struct text id;            /* of a drift detection, a refactor, a hook's invocation, ... */
    struct text export_name, pipeline;
    struct text bucket, key;
    struct text next_token;    /* of the page before */
    struct text token;         /* tells a repeated request from another one */
    /* The template: body, url, or neither with use_previous. */
    struct text body, url;
    bool use_previous;
    struct text stage;         /* which one is read: "Processed", else as it was sent */
    /* What a stack is made with. has_...: what is not sent stays; an empty list removes all. */
    const struct cloud_parameter *parameters;
    const struct cloud_tag *tags;
    const struct text *capabilities;
    const struct text *notifications;  /* ARNs of topics */
    const struct text *resource_types; /* that the template may have: "AWS::EC2::*" */
    const struct text *alarms;         /* ARNs; one that rings rolls the stack back */
    uint32_t parameter_count, tag_count, capability_count, notification_count;
    uint32_t resource_type_count, alarm_count;
    uint32_t alarm_minutes;    /* for which alarms are watched after the update */
    bool has_tags, has_notifications, has_alarms;
    struct text role;          /* ARN that CloudFormation is to act with */
    struct text description;
    struct text policy, update_policy; /* of the stack, and for this update alone */
    struct text on_failure;    /* "ROLLBACK", "DO_NOTHING", "DELETE"; of creations */
    bool disable_rollback, is_protected;
    /* A change set. */
    struct text change_type;   /* "CREATE", "UPDATE", "IMPORT" */
    struct text mode;          /* "REVERT_DRIFT", or empty for the usual one */
    bool with_nested;          /* one for each nested stack as well */
    const struct cloud_import *imports; /* of the type IMPORT */
    uint32_t import_count;
    bool imports_existing;     /* what is to be made and exists is imported */
    /* Logical ids. */
    const struct text *retain; /* of a stack in DELETE_FAILED */
    const struct text *skips;  /* of a rollback; of nested stacks as "Nested.LogicalId" */
    const struct cloud_move *moves;
    uint32_t retain_count, skip_count, move_count;
    /* Versions that are deleted. */
    const struct cloud_object *objects;
    uint32_t object_count;
    /* CLOUD_TRAIL. */
    struct text attribute, value; /* "EventName", "ResourceName", ... */
    double since, until;       /* 0 for the last 90 days, for now */
};

struct cloud_reply {
    struct text account, caller, id, stack_id, body, next_token;
    struct text status, status_reason, execution_status;
    struct text drift_status;  /* "DRIFTED", "IN_SYNC" */
    struct cloud_stack *stacks;
    struct cloud_change_set change_set;
    struct cloud_event *events;
    struct cloud_resource *resources;
    struct cloud_export *exports;
    struct text *names;
    struct cloud_object *objects;
    struct cloud_drift *drifts;
    struct cloud_hook *hooks;
    struct cloud_trail_event *trail;
    struct cloud_stage *stages;
    uint32_t stack_count, event_count, resource_count, export_count, name_count;
    uint32_t object_count, drift_count, hook_count, trail_count, stage_count;
};

struct cloud_call {
    enum cloud_operation operation;
    struct text region;
    struct cloud_request request;
    struct arena *arena;        /* where the reply goes */
    void *context;              /* the caller's own */
    struct cloud_reply reply;   /* valid after next() has handed the call back */
    struct cloud_error error;
    struct cloud_call *next;    /* the cloud's own */
};

struct cloud {
    void *context;
    /* Starts the call; never waits, never fails (errors come with the finished call). */
    void (*begin)(void *context, struct cloud_call *call);
    /* The next finished call. NULL when none is finished before the time until, or when a signal
     * interrupted the wait. Time passes only here. */
    struct cloud_call *(*next)(void *context, double until);
    /* Seconds since 1970. */
    double (*now)(void *context);
};

static inline bool cloud_failed(const struct cloud_call *call) {
    return call->error.code.length != 0;
}

/* Begins all calls of an array and waits until each is finished. Other calls must not be under way.
 * Pages are not followed. */
void cloud_all(const struct cloud *cloud, struct cloud_call *calls, size_t count);

/* A stack as a reply has it, for whoever does not keep the reply. */
struct cloud_stack cloud_copy_stack(struct arena *arena, const struct cloud_stack *stack);
/* By the values of StackStatus: whether an operation is running; else whether it ended well. */
bool cloud_status_running(struct text status);
bool cloud_status_good(struct text status);

/* Whether a failed change set only says that nothing changes. */
bool cloud_no_changes(const struct cloud_change_set *change_set);
/* Whether the error says that the stack is not there. */
bool cloud_not_found(const struct cloud_error *error);

#endif
