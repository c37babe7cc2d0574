/* Lints about what stands between the internet and the program: distributions, APIs, names. */
#include "lint/internal.h"

/* ---- distributions ---- */

static struct text certificate_region(const struct look *look, struct item certificate) {
    struct text text;
    struct arn arn;
    const struct resource *resource = item_resource(certificate);
    if (resource) return resource->region ? resource->region->name : TEXT("");
    if (!item_rough_text(look, certificate, "*", &text) || !arn_read(text, &arn)) return TEXT("");
    return memchr(arn.region.bytes, '*', arn.region.length) ? TEXT("") : arn.region;
}

void lint_certificate_region(const struct look *look) {
    struct item item = item_get(look, "DistributionConfig.ViewerCertificate.AcmCertificateArn");
    struct text region = certificate_region(look, item);
    if (!region.length || text_is(region, "us-east-1")) return;
    struct diagnostic *d =
        warn(look, item, "CloudFront takes certificates of us-east-1, and this is of %.*s",
             TEXT_ARGS(region));
    warn_hint(look, d, "Make the certificate in a region block of \"us-east-1\".");
}

static void check_viewer(const struct look *look, struct item behavior) {
    struct item policy = item_in(look, behavior, "ViewerProtocolPolicy");
    if (!item_is(policy, "allow-all")) return;
    struct diagnostic *d = warn(look, policy, "the distribution answers over HTTP, without TLS");
    warn_hint(look, d, "Write ViewerProtocolPolicy = \"redirect-to-https\".");
}

void lint_plain_viewer(const struct look *look) {
    check_viewer(look, item_get(look, "DistributionConfig.DefaultCacheBehavior"));
    struct item list = item_get(look, "DistributionConfig.CacheBehaviors");
    for (uint32_t i = 0; i < item_count(list); i++)
        check_viewer(look, item_at(look, list, i));
}

static bool has_origin(const struct look *look, struct item list, struct text id,
                       struct suggestion *near) {
    for (uint32_t i = 0; i < item_count(list); i++) {
        struct text own;
        if (!item_text(item_in(look, item_at(look, list, i), "Id"), &own)) return true;
        suggestion_offer(near, own);
        if (text_equal(own, id)) return true;
    }
    return false;
}

static void check_origin(const struct look *look, struct item behavior) {
    struct item target = item_in(look, behavior, "TargetOriginId");
    struct item origins = item_get(look, "DistributionConfig.Origins");
    struct item groups = item_get(look, "DistributionConfig.OriginGroups.Items");
    struct text id;
    struct suggestion near;
    if (!item_text(target, &id) || !item_is_list(origins)) return;
    suggestion_init(&near, id);
    if (has_origin(look, origins, id, &near) || has_origin(look, groups, id, &near)) return;
    if (!item_is_list(groups) && !item_is_absent(groups)) return;
    struct diagnostic *d =
        warn(look, target, "the distribution has no origin \"%.*s\"", TEXT_ARGS(id));
    if (near.best.length) warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
}

void lint_origin_unknown(const struct look *look) {
    check_origin(look, item_get(look, "DistributionConfig.DefaultCacheBehavior"));
    struct item list = item_get(look, "DistributionConfig.CacheBehaviors");
    for (uint32_t i = 0; i < item_count(list); i++)
        check_origin(look, item_at(look, list, i));
}

/* ---- APIs ---- */

/* A REST API's deployment takes a picture of its methods, so they must be there. */
void lint_deployment_order(const struct look *look) {
    const struct resource *api = item_resource(item_get(look, "RestApiId"));
    if (!api || api->is_existing || !resource_is(api, "AWS::ApiGateway::RestApi")) return;
    if (!item_is_absent(item_of(look, api, "Body")) ||
        !item_is_absent(item_of(look, api, "BodyS3Location"))) {
        return;
    }
    struct group methods = look_all(look, "AWS::ApiGateway::Method");
    for (uint32_t i = 0; i < methods.count; i++) {
        const struct resource *method = methods.resources[i];
        if (item_resource(item_of(look, method, "RestApiId")) != api ||
            method->stack != look->resource->stack || look_waits_for(look, method)) {
            continue;
        }
        struct diagnostic *d =
            warn(look, item_self(look), "the deployment may be made before the API's methods");
        warn_hint(look, d, "Write @depends_on = %.*s, and the other methods, if there are.",
                  TEXT_ARGS(name_text(method->declared->declaration.name.name)));
        warn_note(look, d, item_of_resource(method), "a method is declared here");
        return;
    }
}

/* ---- names ---- */

/* "example.com." and "example.com" are one name. */
static struct text without_dot(struct text name) {
    if (name.length && name.bytes[name.length - 1] == '.') name.length--;
    return name;
}

void lint_record_values(const struct look *look) {
    struct item values = item_get(look, "ResourceRecords"), name_item = item_get(look, "Name");
    struct text name, zone;
    if (!item_is(item_get(look, "Type"), "CNAME")) return;
    if (item_count(values) > 1) {
        warn(look, values, "a CNAME has one value, and this has %u", item_count(values));
    }
    if (!item_text(name_item, &name) || !item_text(item_get(look, "HostedZoneName"), &zone) ||
        !text_equal(without_dot(name), without_dot(zone))) {
        return;
    }
    struct diagnostic *d = warn(look, name_item, "the name of a zone itself cannot be a CNAME");
    warn_hint(look, d, "Write an alias: Type = \"A\", AliasTarget = { ... }.");
}
