#ifdef CALLDECK_ENCRYPTED

#include "database/PageCipher.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

// What SQLite3 Multiple Ciphers would use: files that were written with it must open, byte for byte.
extern "C" void calldeck_own_chacha20_xor(void *buffer, size_t n, const uint8_t key[32], const uint8_t nonce[12], uint32_t counter);
extern "C" void calldeck_own_poly1305(const uint8_t *message, size_t n, const uint8_t key[32], uint8_t tag[16]);

namespace
{

using Bytes = std::vector<uint8_t>;

class PageCipherTest : public testing::Test
{
protected:
    void SetUp() override { ASSERT_GE(sodium_init(), 0); }

    Bytes chance(size_t size)
    {
        Bytes bytes(size);
        for (uint8_t &byte : bytes)
            byte = static_cast<uint8_t>(m_chance());
        return bytes;
    }
    void expectSame(size_t size, uint32_t counter)
    {
        const Bytes key = chance(32);
        const Bytes nonce = chance(12);
        const Bytes page = chance(size);
        Bytes ours = page;
        Bytes theirs = page;
        chacha20_xor(ours.data(), ours.size(), key.data(), nonce.data(), counter);
        calldeck_own_chacha20_xor(theirs.data(), theirs.size(), key.data(), nonce.data(), counter);
        EXPECT_EQ(ours, theirs) << size << " bytes from " << counter;
        EXPECT_TRUE(size < 8 || ours != page);
        Bytes tag(16);
        Bytes theirTag(16);
        poly1305(page.data(), page.size(), key.data(), tag.data());
        calldeck_own_poly1305(page.data(), page.size(), key.data(), theirTag.data());
        EXPECT_EQ(tag, theirTag) << size;
    }

    std::mt19937 m_chance{1};
};

} // namespace

TEST_F(PageCipherTest, pagesOfEverySizeAreTheSameBytes)
{
    for (size_t size = 1; size <= 300; ++size)
        expectSame(size, static_cast<uint32_t>(m_chance()));
    for (const size_t size : {4096 - 32, 4096 - 32 - 24, 4096, 65536 - 32})
        expectSame(size, static_cast<uint32_t>(m_chance()));
}

TEST_F(PageCipherTest, aCounterGoesOnFromNothing)
{
    for (uint32_t before = 0; before <= 70; ++before)
        expectSame(4096 - 32, UINT32_MAX - before);
    expectSame(64, UINT32_MAX);
    expectSame(65, UINT32_MAX);
}

#endif
