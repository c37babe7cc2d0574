/* Times as AWS writes them: RFC 3339 in JSON and XML, RFC 1123 in HTTP's Date, seconds since 1970
 * as a number, and the two forms of a signature. */
#ifndef MRP_RUNTIME_AWS_WHEN_H
#define MRP_RUNTIME_AWS_WHEN_H

#include "base/text.h"

/* Seconds since 1970 of "2026-01-31T12:00:00.250Z", or with "UTC" or an offset like "+01:00". */
bool when_rfc3339(struct text text, double *seconds);
/* Of "Tue, 21 Sep 2021 17:41:25 GMT"; a fraction of the second is kept. */
bool when_http(struct text text, double *seconds);
/* Of a plain number, as in JSON; nothing else may follow. */
bool when_number(struct text text, double *seconds);
/* Of any of the forms. */
bool when_any(struct text text, double *seconds);

/* "20260131T120000Z" */
void when_stamp(double seconds, char stamp[17]);
/* "2026-01-31T12:00:00Z" */
void when_format(double seconds, char text[32]);
/* "Sat, 31 Jan 2026 12:00:00 GMT" */
void when_format_http(double seconds, char text[40]);

#endif
