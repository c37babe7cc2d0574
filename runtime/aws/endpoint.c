/* The addresses of services, as the endpoint rules of AWS's service models have them. */
#include "runtime/aws/endpoint.h"

#include <stdio.h>

#include "base/partition.h"
#include "runtime/aws/http.h"

/* FIPS in GovCloud: hosts of their own, or the usual ones, which are FIPS there. */
enum gov { GOV_FIPS, GOV_PLAIN, GOV_ALWAYS_PLAIN };

static const struct service_row {
    const char *host, *signing, *variable;
    enum gov gov;
} services[] = {
#define SERVICE(id, host, signing, variable, gov) {host, signing, variable, gov},
#include "runtime/aws/services.def"
#undef SERVICE
};

const char *service_name(enum service service) { return services[service].host; }
const char *service_signing_name(enum service service) { return services[service].signing; }

/* A region becomes a part of a host's name: nothing else may come of it. */
static bool check_region(struct text region, struct failure *why) {
    bool good = region.length > 0 && region.length <= 63;
    for (size_t i = 0; i < region.length; i++) {
        char c = region.bytes[i];
        good = good && (ascii_is_alphanumeric(c) || (c == '-' && i > 0));
    }
    if (good) return true;
    if (!region.length) {
        failure_set(why, "no AWS region is set");
        return failure_hint(why, "Set AWS_REGION, or region in the profile.");
    }
    return failure_set(why, "region \"%.*s\" is not the name of a region", TEXT_ARGS(region));
}

static bool check_custom(struct arena *arena, const struct endpoint_options *options,
                         struct failure *why) {
    struct http_request request;
    const char *variable = services[options->service].variable;
    if (!http_set_url(arena, &request, options->custom)) {
        bool is_secret = memchr(options->custom.bytes, '@', options->custom.length) != NULL;
        struct text shown = is_secret ? TEXT("(with a password)") : options->custom;
        failure_set(why, "\"%.*s\" is not the URL of an endpoint", TEXT_ARGS(shown));
        return failure_hint(why, "Look at AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_%s and endpoint_url "
                                 "in the profile: a URL begins with https:// or http://.",
                            variable);
    }
    if (!options->is_fips && !options->is_dual_stack) return true;
    const char *what = options->is_fips ? "FIPS" : "dual stack";
    failure_set(why, "%s does not go together with the endpoint \"%.*s\"", what,
                TEXT_ARGS(options->custom));
    return failure_hint(why,
                        "Unset AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_%s and endpoint_url, or turn "
                        "%s off.",
                        variable, what);
}

static struct text without_slash(struct text url) {
    while (url.length && url.bytes[url.length - 1] == '/') url.length--;
    return url;
}

/* --- sign-in, STS ---------------------------------------------------------------------------- */

static struct text signin_url(struct arena *arena, const struct endpoint_options *options,
                              const struct partition *partition) {
    struct text region = options->region;
    bool is_gov = strcmp(partition->id, "aws-us-gov") == 0;
    if (options->is_dual_stack) {
        return text_format(arena, "https://signin%s.%.*s.%s", options->is_fips ? "-fips" : "",
                           TEXT_ARGS(region), partition->dual_domain);
    }
    if (!options->is_fips) {
        return text_format(arena, "https://%.*s.signin.%s", TEXT_ARGS(region),
                           partition->signin_domain);
    }
    if (!is_gov) {
        return text_format(arena, "https://signin-fips.%.*s.%s", TEXT_ARGS(region),
                           partition->domain);
    }
    if (text_is(region, "us-gov-west-1")) return TEXT("https://signin-fips.amazonaws-us-gov.com");
    return text_format(arena, "https://%.*s.signin-fips.amazonaws-us-gov.com", TEXT_ARGS(region));
}

/* The regions that were there before STS had regional endpoints. */
static bool is_global_sts(const struct endpoint_options *options) {
    static const char *const old[] = {
        "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
        "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
        "us-east-1", "us-east-2", "us-west-1", "us-west-2", NULL};
    if (options->service != SERVICE_STS || options->is_fips || options->is_dual_stack) return false;
    if (text_is(options->region, "aws-global")) return true;
    return options->is_legacy && text_is_one_of(options->region, old);
}

/* --- S3 -------------------------------------------------------------------------------------- */

/* Whether a bucket's name can be the first part of a host's name. Dots would break the
 * certificate. */
static bool is_host_label(struct text bucket, bool dots_allowed) {
    if (bucket.length < 3 || bucket.length > 63) return false;
    for (size_t i = 0; i < bucket.length; i++) {
        char c = bucket.bytes[i];
        bool is_inside = i > 0 && i + 1 < bucket.length;
        if (ascii_is_lower(c) || ascii_is_digit(c) || (is_inside && c == '-')) continue;
        if (c != '.' || !dots_allowed || !is_inside) return false;
        if (bucket.bytes[i - 1] == '.' || bucket.bytes[i - 1] == '-') return false;
    }
    return true;
}

static bool is_address(struct text host) {
    return text_starts(host, TEXT("[")) || text_is_ipv4(text_until(host, ':'));
}

static void with_bucket(struct arena *arena, const struct endpoint_options *options,
                        struct endpoint *endpoint) {
    struct http_request base;
    struct buffer out;
    if (!options->bucket.length || !http_set_url(arena, &base, endpoint->url)) return;
    bool is_secure = text_is(base.scheme, "https");
    bool in_host = !options->is_path_style && !is_address(base.host) &&
                   is_host_label(options->bucket, !is_secure && options->custom.length > 0);
    buffer_init(&out);
    buffer_format(&out, "%.*s://", TEXT_ARGS(base.scheme));
    if (in_host) buffer_format(&out, "%.*s.", TEXT_ARGS(options->bucket));
    buffer_text(&out, base.host);
    buffer_text(&out, without_slash(base.path));
    if (!in_host) {
        buffer_char(&out, '/');
        http_encode(&out, options->bucket, "");
    }
    endpoint->url = buffer_take(&out, arena);
    buffer_release(&out);
}

static bool s3_url(struct arena *arena, const struct endpoint_options *options,
                   const struct partition *partition, struct endpoint *endpoint,
                   struct failure *why) {
    bool is_global = text_is(options->region, "aws-global");
    struct text region = is_global ? TEXT("us-east-1") : options->region;
    if (options->is_fips && strcmp(partition->id, "aws-cn") == 0) {
        return failure_set(why, "S3 has no FIPS endpoints in region \"%.*s\"", TEXT_ARGS(region));
    }
    endpoint->url = text_format(arena, "https://s3%s%s.%.*s.%s", options->is_fips ? "-fips" : "",
                                options->is_dual_stack ? ".dualstack" : "", TEXT_ARGS(region),
                                partition->domain);
    if (is_global && !options->is_fips && !options->is_dual_stack) {
        endpoint->url = TEXT("https://s3.amazonaws.com");
    }
    return true;
}

/* --- all ------------------------------------------------------------------------------------- */

static struct text usual_url(struct arena *arena, const struct endpoint_options *options,
                             const struct partition *partition) {
    const struct service_row *service = &services[options->service];
    bool is_gov = strcmp(partition->id, "aws-us-gov") == 0;
    bool has_fips_host = options->is_fips;
    if (is_gov && service->gov == GOV_PLAIN && !options->is_dual_stack) has_fips_host = false;
    if (is_gov && service->gov == GOV_ALWAYS_PLAIN) has_fips_host = false;
    return text_format(arena, "https://%s%s.%.*s.%s", service->host, has_fips_host ? "-fips" : "",
                       TEXT_ARGS(options->region),
                       options->is_dual_stack ? partition->dual_domain : partition->domain);
}

bool endpoint_make(struct arena *arena, const struct endpoint_options *options,
                   struct endpoint *endpoint, struct failure *why) {
    const struct partition *partition = partition_of_region(options->region);
    bool is_s3 = options->service == SERVICE_S3;
    endpoint->signing_region = options->region;
    if (text_is(options->region, "aws-global")) endpoint->signing_region = TEXT("us-east-1");
    if (options->custom.length) {
        if (!check_custom(arena, options, why)) return false;
        if (is_s3 && !check_region(options->region, why)) return false;
        endpoint->url = without_slash(options->custom);
        if (is_s3) with_bucket(arena, options, endpoint);
        return true;
    }
    if (!check_region(options->region, why)) return false;
    if (is_s3) {
        if (!s3_url(arena, options, partition, endpoint, why)) return false;
        with_bucket(arena, options, endpoint);
    } else if (is_global_sts(options)) {
        endpoint->url = TEXT("https://sts.amazonaws.com");
        endpoint->signing_region = TEXT("us-east-1");
    } else if (options->service == SERVICE_SIGNIN) {
        endpoint->url = signin_url(arena, options, partition);
    } else {
        endpoint->url = usual_url(arena, options, partition);
    }
    return true;
}

/* --- settings -------------------------------------------------------------------------------- */

static struct text section_url(const struct config *config, const char *service) {
    char name[32];
    struct text section = config_get(config, "services"), nothing = {"", 0};
    if (!section.length) return nothing;
    for (const struct data *s = data_first(config->services); s; s = s->next) {
        if (!text_equal(s->key, section)) continue;
        size_t length = 0;
        for (; service[length] && length < sizeof name - 1; length++) {
            name[length] = ascii_lower(service[length]);
        }
        name[length] = '\0';
        return config_nested(config->arena, data_text(s, name), "endpoint_url");
    }
    return nothing;
}

static struct text configured_url(const struct config *config, enum service service) {
    struct text url = {"", 0};
    char variable[64];
    if (config_flag(config, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                    "ignore_configured_endpoint_urls")) {
        return url;
    }
    snprintf(variable, sizeof variable, "AWS_ENDPOINT_URL_%s", services[service].variable);
    if (surroundings_variable(config->around, variable, &url)) return url;
    if (surroundings_variable(config->around, "AWS_ENDPOINT_URL", &url)) return url;
    url = section_url(config, services[service].variable);
    return url.length ? url : config_get(config, "endpoint_url");
}

struct endpoint_options endpoint_settings(const struct config *config, enum service service,
                                          struct text region) {
    struct text sts, style = config_nested(config->arena, config_get(config, "s3"),
                                           "addressing_style");
    struct endpoint_options options = {
        .service = service,
        .region = region,
        .custom = configured_url(config, service),
        .is_fips = config_flag(config, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
        .is_dual_stack =
            config_flag(config, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
        .bucket = {"", 0},
        .is_path_style = text_is(style, "path"),
    };
    if (config_setting(config, "AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints", &sts)) {
        options.is_legacy = text_is(sts, "legacy");
    }
    return options;
}
