/* Lints about when databases are looked after: windows of maintenance and backups. */
#include "lint/internal.h"

enum { DAY = 24 * 60, HALF_HOUR = 30 };

/* Minutes after midnight, of "03:00"; -1 for others. */
static int read_clock(struct text text) {
    static const char form[] = "dd:dd";
    if (text.length != sizeof form - 1) return -1;
    for (size_t i = 0; i < text.length; i++) {
        bool is_digit = ascii_is_digit(text.bytes[i]);
        if (form[i] == 'd' ? !is_digit : text.bytes[i] != form[i]) return -1;
    }
    const char *at = text.bytes;
    int hours = (at[0] - '0') * 10 + at[1] - '0', minutes = (at[3] - '0') * 10 + at[4] - '0';
    return hours < 24 && minutes < 60 ? hours * 60 + minutes : -1;
}

/* Takes "mon:" off; -1 for others. */
static int read_day(struct text *text) {
    static const char days[] = "mon tue wed thu fri sat sun";
    char day[4] = {0};
    if (text->length < 4 || text->bytes[3] != ':') return -1;
    for (int i = 0; i < 3; i++)
        day[i] = (char)(text->bytes[i] | 0x20);
    const char *at = strstr(days, day);
    *text = (struct text){text->bytes + 4, text->length - 4};
    return at ? (int)(at - days) / 4 : -1;
}

/* Minutes of the day, or of the week. */
struct window {
    int first, last;
};

static bool read_window(struct text text, bool has_days, struct window *window) {
    const char *dash = memchr(text.bytes, '-', text.length);
    if (!dash) return false;
    struct text from = {text.bytes, (size_t)(dash - text.bytes)};
    struct text to = {dash + 1, text.length - from.length - 1};
    int first_day = has_days ? read_day(&from) : 0, last_day = has_days ? read_day(&to) : 0;
    int first = read_clock(from), last = read_clock(to);
    if (first_day < 0 || last_day < 0 || first < 0 || last < 0) return false;
    *window = (struct window){first_day * DAY + first, last_day * DAY + last};
    int whole = has_days ? 7 * DAY : DAY;
    if (window->last < window->first) window->last += whole;
    return true;
}

/* Reads the property's window; says where it is none, or too short. */
static bool check_window(const struct look *look, const char *property, bool has_days,
                         struct window *window, struct item *item) {
    struct text text;
    *item = item_get(look, property);
    if (!item_text(*item, &text) || look_is_told(look, *item)) return false;
    if (!read_window(text, has_days, window)) {
        struct diagnostic *d = warn(look, *item, "\"%.*s\" is no %s", TEXT_ARGS(text),
                                    has_days ? "window of a week" : "window of a day");
        warn_hint(look, d, has_days ? "Write \"mon:03:00-mon:04:00\"." : "Write \"03:00-04:00\".");
        return false;
    }
    if (window->last - window->first >= HALF_HOUR) return true;
    warn(look, *item, "a window has 30 minutes at least, and this has %d",
         window->last - window->first);
    return false;
}

/* On one of the days that the window of maintenance touches. */
static bool meets(const struct window *backup, const struct window *maintenance) {
    for (int day = -1; day <= 8; day++) {
        int first = backup->first + day * DAY, last = backup->last + day * DAY;
        if (first < maintenance->last && maintenance->first < last) return true;
    }
    return false;
}

void lint_window_form(const struct look *look) {
    struct window backup, maintenance, snapshot;
    struct item backup_item, maintenance_item, snapshot_item;
    bool has_backup = check_window(look, "PreferredBackupWindow", false, &backup, &backup_item);
    bool has_maintenance =
        check_window(look, "PreferredMaintenanceWindow", true, &maintenance, &maintenance_item);
    check_window(look, "SnapshotWindow", false, &snapshot, &snapshot_item);
    if (!has_backup || !has_maintenance || !meets(&backup, &maintenance)) return;
    struct diagnostic *d =
        warn(look, backup_item, "backups and maintenance have their windows at the same time");
    warn_note(look, d, maintenance_item, "maintenance is done here");
}
