/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and texts of the status codes; switches, since a table of pointers
 * would need relocations in the purgatory. */
#include "purgatorio/status.h"

const char *pg_status_name(enum pg_status status)
{
	switch (status) {
#define PG_STATUS_NAME(name, number, cause, remedy) \
	case PG_##name:                             \
		return #name;
		PG_STATUS_LIST(PG_STATUS_NAME)
	}
	return "E_UNKNOWN";
}

const char *pg_status_cause(enum pg_status status)
{
	switch (status) {
#define PG_STATUS_CAUSE(name, number, cause, remedy) \
	case PG_##name:                              \
		return cause;
		PG_STATUS_LIST(PG_STATUS_CAUSE)
	}
	return "a status code that this version does not know";
}

const char *pg_status_remedy(enum pg_status status)
{
	switch (status) {
#define PG_STATUS_REMEDY(name, number, cause, remedy) \
	case PG_##name:                               \
		return remedy;
		PG_STATUS_LIST(PG_STATUS_REMEDY)
	}
	return "use tools of one purgatorio release";
}
