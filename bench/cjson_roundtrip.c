/* The yardstick of bench/run: parses templates with cJSON and prints them again into a folder.
 *
 *     cjson_roundtrip FOLDER TEMPLATE...
 *
 * mrp reads a short program instead, but checks every value; its time for the same bytes is to be
 * at most this one's.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    fseek(file, 0, SEEK_END);
    *length = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*length + 1);
    if (bytes && fread(bytes, 1, *length, file) != *length) *length = 0;
    fclose(file);
    return bytes;
}

static int round_trip(const char *folder, const char *path, int number) {
    size_t length;
    char *bytes = read_file(path, &length), name[4096];
    cJSON *json = bytes ? cJSON_ParseWithLength(bytes, length) : NULL;
    char *printed = json ? cJSON_Print(json) : NULL;
    snprintf(name, sizeof name, "%s/%d.json", folder, number);
    FILE *out = printed ? fopen(name, "wb") : NULL;
    int done = out && fwrite(printed, 1, strlen(printed), out) > 0;
    if (out) fclose(out);
    free(printed);
    cJSON_Delete(json);
    free(bytes);
    return done;
}

int main(int count, char **arguments) {
    for (int i = 2; i < count; i++) {
        if (round_trip(arguments[1], arguments[i], i)) continue;
        fprintf(stderr, "cjson_roundtrip: %s\n", arguments[i]);
        return 1;
    }
    return count < 3 ? 2 : 0;
}
