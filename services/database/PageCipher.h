#pragma once

/*
 * What encrypts and signs a page, by libsodium's vectorised ChaCha20 and Poly1305: the same bytes as by SQLite3 Multiple Ciphers' own, which
 * takes three times as long. Its sqlite3.c includes this in their place (cmake/FetchSqlite.cmake). sodium_init() comes before the first use.
 */

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

#ifndef SQLITE_PRIVATE
#define SQLITE_PRIVATE static
#endif

/* A page's counter starts anywhere and goes on from 0 after the last; libsodium ends the program there. */
SQLITE_PRIVATE void chacha20_xor(void *buffer, size_t n, const uint8_t key[32], const uint8_t nonce[12], uint32_t counter)
{
    uint8_t *bytes = (uint8_t *)buffer;
    const uint64_t left = ((UINT64_C(1) << 32) - counter) * 64;
    const size_t first = n < left ? n : (size_t)left;
    crypto_stream_chacha20_ietf_xor_ic(bytes, bytes, first, nonce, counter, key);
    if (n > first)
        crypto_stream_chacha20_ietf_xor_ic(bytes + first, bytes + first, n - first, nonce, 0, key);
}

SQLITE_PRIVATE void poly1305(const uint8_t *message, size_t n, const uint8_t key[32], uint8_t tag[16])
{
    crypto_onetimeauth_poly1305(tag, message, n, key);
}
