/* What the deploy engine may ask of a cloud: a table of three functions and one kind of call.
 *
 * runtime/aws fills the table with the network, runtime/simulator with a model of CloudFormation on
 * virtual time. The engine reads no clock and makes no call except through it, so what is rehearsed
 * and what simulated failures test is what users run.
 *
 * A call is begun, and is handed back by next() when it is finished; any number may be under way, so
 * all regions are asked at the same time. Requests, replies and words ("CREATE_COMPLETE", "Modify")
 * are those of CloudFormation's API, version 2010-05-15, so that nothing is lost on the way.
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
    CLOUD_CHANGE_SET_EVENTS,   /* why early validation failed: reply events */
    CLOUD_GET_TEMPLATE,        /* as it was sent: reply body */
    CLOUD_STACK_RESOURCES,     /* reply resources */
    CLOUD_EXPORTS,             /* reply exports */
    CLOUD_IMPORTS,             /* stacks that import export_name: reply names */
    CLOUD_PROTECT_STACK,       /* termination protection := is_protected */
    CLOUD_PUT_OBJECT,          /* bucket, key, body; expects the bucket to be the account's own */
    CLOUD_HEAD_OBJECT,         /* fails with code NotFound if there is none */
    CLOUD_OBJECT_VERSIONS,     /* of bucket, at most 1,000 of them, delete markers as well: reply objects;
                                  for a bucket that is not there code NoSuchBucket */
    CLOUD_DELETE_OBJECTS,      /* objects of bucket, at most 1,000: reply objects that are still there */
    CLOUD_DETECT_DRIFT,        /* begins to compare the stack with its template: reply id */
    CLOUD_DRIFT_STATUS,        /* of the detection id: reply status, status_reason, drift_status */
    CLOUD_RESOURCE_DRIFTS,     /* of the stack, those that differ: reply drifts */
    CLOUD_CONTINUE_ROLLBACK,   /* of an update that could not be rolled back; skips logical ids */
    CLOUD_ROLLBACK_STACK,      /* of a stack in CREATE_FAILED or UPDATE_FAILED */
    CLOUD_CANCEL_UPDATE,       /* of a stack in UPDATE_IN_PROGRESS: it rolls back */
    CLOUD_CREATE_REFACTOR,     /* stack gets body, with its resources renamed by moves: reply id */
    CLOUD_DESCRIBE_REFACTOR,   /* of the refactor id: reply status, status_reason, execution_status */
    CLOUD_EXECUTE_REFACTOR,
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
    struct text parent_id;     /* of a nested stack: the one it is in */
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
};

struct cloud_change_set {
    struct text id, name, stack_id, stack_name;
    struct text status, status_reason, execution_status;
    struct cloud_change *changes;
    uint32_t change_count;
    double created;
};

struct cloud_event {
    struct text id, stack_id, stack_name, logical_id, physical_id, type;
    struct text status, reason, token;
    struct text properties;    /* of the resource, JSON */
    double time;
    /* Of CLOUD_CHANGE_SET_EVENTS. */
    struct text validation_name, validation_path, validation_mode; /* "FAIL", "WARN" */
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
    struct text stack;         /* name or id */
    struct text change_set;    /* name or id */
    struct text change_type;   /* "CREATE", "UPDATE" */
    struct text body, url;     /* the template: one of them, or neither with use_previous */
    bool use_previous;
    const struct cloud_parameter *parameters;
    const struct cloud_tag *tags;
    const struct text *capabilities, *retain; /* retain: logical ids, of a stack in DELETE_FAILED */
    const struct text *skips;  /* logical ids, of nested stacks as "Nested.LogicalId" */
    const struct text *alarms; /* of a change set: ARNs; one that rings rolls the stack back */
    const struct cloud_object *objects;
    const struct cloud_move *moves;
    uint32_t parameter_count, tag_count, capability_count, retain_count;
    uint32_t skip_count, alarm_count, object_count, move_count;
    uint32_t alarm_minutes;    /* for which alarms are watched after the update */
    bool has_alarms;           /* alarms are sent: none of them removes all */
    bool has_tags;             /* tags are sent: none of them removes all */
    bool disable_rollback, is_protected;
    struct text description, token, next_token, export_name;
    struct text bucket, key;
    struct text id;            /* of a drift detection or a refactor */
    struct text role;          /* ARN that CloudFormation is to act with */
    struct text on_failure;    /* "ROLLBACK", "DO_NOTHING", "DELETE"; of creations */
    struct text policy, update_policy; /* of the stack, and for this update alone */
    const struct text *notifications;  /* ARNs of topics */
    const struct text *resource_types; /* that the template may have: "AWS::EC2::*" */
    uint32_t notification_count, resource_type_count;
    bool has_notifications;
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
    uint32_t stack_count, event_count, resource_count, export_count, name_count;
    uint32_t object_count, drift_count;
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

/* Statuses of aws.md 4.5: whether an operation is running; else whether it ended well. */
bool cloud_status_running(struct text status);
bool cloud_status_good(struct text status);

/* Whether a failed change set only says that nothing changes. */
bool cloud_no_changes(const struct cloud_change_set *change_set);
/* Whether the error says that the stack is not there. */
bool cloud_not_found(const struct cloud_error *error);

#endif
