/* HMAC-SHA256 of short messages with SHA-NI, both pads compressed before: how fast one core can be. For P1. */
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* The state as the instructions want it: ABEF and CDGH. */
typedef struct { __m128i abef, cdgh; } State;

static State start(void) {
    State s = {_mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c),
               _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19)};
    return s;
}

static inline State compress(State s, const uint8_t block[64]) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    __m128i w[16], a = s.abef, c = s.cdgh;
    for (int i = 0; i < 4; i++) w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)block + i), swap);
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
        if (i >= 4) {
            __m128i t = _mm_sha256msg1_epu32(w[i - 4], w[i - 3]);
            t = _mm_add_epi32(t, _mm_alignr_epi8(w[i - 1], w[i - 2], 4));
            w[i] = _mm_sha256msg2_epu32(t, w[i - 1]);
        }
        __m128i k = _mm_add_epi32(w[i], _mm_loadu_si128((const __m128i *)(K + 4 * i)));
        c = _mm_sha256rnds2_epu32(c, a, k);
        a = _mm_sha256rnds2_epu32(a, c, _mm_shuffle_epi32(k, 0x0e));
    }
    s.abef = _mm_add_epi32(s.abef, a);
    s.cdgh = _mm_add_epi32(s.cdgh, c);
    return s;
}

static void digest(State s, uint8_t out[32]) {
    uint32_t x[4], y[4];
    _mm_storeu_si128((__m128i *)x, s.abef);
    _mm_storeu_si128((__m128i *)y, s.cdgh);
    const uint32_t words[8] = {x[3], x[2], y[3], y[2], x[1], x[0], y[1], y[0]};
    for (int i = 0; i < 8; i++) {
        uint32_t big = __builtin_bswap32(words[i]);
        memcpy(out + 4 * i, &big, 4);
    }
}

static State pad(const char *key, uint8_t byte) {
    uint8_t block[64];
    memset(block, byte, sizeof block);
    for (int i = 0; key[i]; i++) block[i] ^= (uint8_t)key[i];
    return compress(start(), block);
}

static void lengthen(uint8_t block[64], int message) {
    block[message] = 0x80;
    int bits = 8 * (64 + message);
    block[62] = (uint8_t)(bits >> 8);
    block[63] = (uint8_t)bits;
}

int main(int count, char **given) {
    const long rows = count > 1 ? atol(given[1]) : 2000000;
    char key[65];
    for (int i = 0; i < 64; i++) key[i] = "ab"[i & 1];
    key[64] = 0;
    const State inner = pad(key, 0x36), outer = pad(key, 0x5c);
    uint8_t message[64] = "khlang-pid-v1\0th-cid\0" "9123456789010", last[64] = {0};
    lengthen(message, 34);
    lengthen(last, 32);
    uint64_t sum = 0;
    const clock_t begun = clock();
    for (long i = 0; i < rows; i++) {
        uint8_t out[32];
        uint64_t part;
        memcpy(message + 22, &i, 8);
        digest(compress(inner, message), last);
        digest(compress(outer, last), out);
        memcpy(&part, out, 8);
        sum += part;
    }
    const double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
    fprintf(stderr, "%016llx\n", (unsigned long long)sum);
    printf("%f\n", (double)rows / seconds);
    return 0;
}
