/* SHA-256 (FIPS 180-4) by the instructions that processors have for it.
 *
 * Opening libcrypto takes 1.6 ms and 3 MiB, a quarter of what a build of a usual program takes;
 * each build makes a few SHA-256 digests. libcrypto does it where a processor has no such
 * instructions.
 */
#include "base/sha256.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1")))

enum { CHUNK = 64 };

static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static bool has_instructions(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1) || !(c & bit_SSSE3)) return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 29) != 0;
}

/* The eight words of the state as the instructions want them: a b e f, and c d g h. */
struct state { __m128i abef, cdgh; };

WITH_SHA static inline void four_rounds(struct state *state, __m128i words,
                                        const uint32_t *constant) {
    __m128i sum = _mm_add_epi32(words, _mm_load_si128((const __m128i *)constant));
    state->cdgh = _mm_sha256rnds2_epu32(state->cdgh, state->abef, sum);
    state->abef = _mm_sha256rnds2_epu32(state->abef, state->cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

/* The four words behind a, b, c and d. */
WITH_SHA static inline __m128i next_words(__m128i a, __m128i b, __m128i c, __m128i d) {
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));
    return _mm_sha256msg2_epu32(sum, d);
}

WITH_SHA static inline __m128i load_words(const unsigned char *bytes) {
    __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)bytes), swap);
}

WITH_SHA static void add_chunks(struct state *state, const unsigned char *bytes, size_t count) {
    for (; count; count--, bytes += CHUNK) {
        struct state before = *state;
        __m128i a = load_words(bytes), b = load_words(bytes + 16);
        __m128i c = load_words(bytes + 32), d = load_words(bytes + 48);
        for (int i = 0;; i += 16) {
            four_rounds(state, a, constants + i);
            four_rounds(state, b, constants + i + 4);
            four_rounds(state, c, constants + i + 8);
            four_rounds(state, d, constants + i + 12);
            if (i == 48) break;
            a = next_words(a, b, c, d);
            b = next_words(b, c, d, a);
            c = next_words(c, d, a, b);
            d = next_words(d, a, b, c);
        }
        state->abef = _mm_add_epi32(state->abef, before.abef);
        state->cdgh = _mm_add_epi32(state->cdgh, before.cdgh);
    }
}

/* What is left, a bit that is set, zeros, and the number of bits. */
WITH_SHA static void add_end(struct state *state, struct text bytes) {
    unsigned char room[2 * CHUNK] = {0};
    size_t rest = bytes.length % CHUNK, size = rest < CHUNK - 8 ? CHUNK : 2 * CHUNK;
    if (rest) memcpy(room, bytes.bytes + bytes.length - rest, rest);
    room[rest] = 0x80;
    for (int i = 0; i < 8; i++)
        room[size - 1 - i] = (unsigned char)((uint64_t)bytes.length * 8 >> 8 * i);
    add_chunks(state, room, size / CHUNK);
}

WITH_SHA static void digest_of(struct text bytes, unsigned char digest[32]) {
    struct state state = {_mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c),
                          _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19)};
    add_chunks(&state, (const unsigned char *)bytes.bytes, bytes.length / CHUNK);
    add_end(&state, bytes);
    __m128i swap = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
    __m128i first = _mm_unpackhi_epi64(state.cdgh, state.abef);  /* c d a b, from the lowest: d */
    __m128i second = _mm_unpacklo_epi64(state.cdgh, state.abef); /* g h e f */
    _mm_storeu_si128((__m128i *)digest, _mm_shuffle_epi8(first, swap));
    _mm_storeu_si128((__m128i *)(digest + 16), _mm_shuffle_epi8(second, swap));
}

bool sha256_digest(struct text bytes, unsigned char digest[32]) {
    static _Thread_local int is_there; /* 1 yes, -1 no */
    if (!is_there) is_there = has_instructions() ? 1 : -1;
    if (is_there < 0) return false;
    digest_of(bytes, digest);
    return true;
}

#else

bool sha256_digest(struct text bytes, unsigned char digest[32]) {
    (void)bytes;
    (void)digest;
    return false;
}

#endif
