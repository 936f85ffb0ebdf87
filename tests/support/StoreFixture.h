#pragma once

#include "CacheSink.h"
#include "Printers.h"

#include <QTemporaryDir>
#include <gtest/gtest.h>

namespace calldeck
{

/** A fresh data directory with an open cache file, on a Wednesday afternoon in business hours. */
class StoreFixture : public testing::Test
{
protected:
    static constexpr TimeMs now = 1'795'546'800'000; // 2026-11-25 15:00 in New York

    void SetUp() override { reopen(CacheFile::Mode::Create); }
    void reopen(CacheFile::Mode mode)
    {
        file.reset();
        auto opened = CacheFile::open(dir.path(), mode);
        ASSERT_TRUE(opened) << (opened ? "" : opened.error().message.toStdString());
        file = *std::move(opened);
    }
    static IncomingCall missedCall(const QString &id, const QString &number = QStringLiteral("(415) 555-2671"))
    {
        IncomingCall incoming;
        incoming.call.provider = QStringLiteral("test");
        incoming.call.provider_call_id = id;
        incoming.call.customer_number_raw = number;
        incoming.call.caller_name = QStringLiteral("Marisol Vega");
        incoming.call.status = CallStatus::MISSED;
        incoming.call.call_type = CallType::INBOUND;
        incoming.call.started_at = now - 60'000;
        incoming.call.ended_at = now - 30'000;
        return incoming;
    }
    CallKey put(const IncomingCall &incoming)
    {
        EXPECT_TRUE(CacheSink(*file).begin());
        const auto applied = CacheSink(*file).put(incoming, now);
        EXPECT_TRUE(applied) << (applied ? "" : applied.error().detail.toStdString());
        EXPECT_TRUE(CacheSink(*file).commit());
        const auto key = file->findCall(incoming.call.provider_call_id);
        return key && *key ? **key : 0;
    }
    void expectSound()
    {
        const auto report = file->verify();
        ASSERT_TRUE(report);
        EXPECT_TRUE(report->problems.isEmpty()) << report->problems.join(u'\n').toStdString();
    }

    QTemporaryDir dir;
    std::unique_ptr<CacheFile> file;
};

} // namespace calldeck
