/* The engines of RDS: which there are, which versions are retired, which classes of machines each
 * has. The facts are engines.def, made by schema/update-facts. */
#ifndef MRP_SCHEMA_ENGINES_H
#define MRP_SCHEMA_ENGINES_H

#include "base/text.h"

bool schema_engine_known(struct text engine);
/* The nearest name, or empty. */
struct text schema_engine_near(struct text engine);
/* Whether RDS makes no databases of this very version any more. */
bool schema_engine_retired(struct text engine, struct text version);

enum schema_class {
    SCHEMA_CLASS_UNKNOWN, /* no engine has it, or the engine's are not known */
    SCHEMA_CLASS_FITS,
    SCHEMA_CLASS_OTHERS, /* other engines have it */
};
/* "db.t4g.micro" of an engine. */
enum schema_class schema_engine_class(struct text engine, struct text class_name);

#endif
