#include "http/Multipart.h"

#include <QRandomGenerator>
#include <gtest/gtest.h>

using namespace calldeck;

namespace
{

const QByteArray type = "multipart/form-data; boundary=abc";

QByteArray part(const QByteArray &headers, const QByteArray &body) { return "--abc\r\n" + headers + "\r\n\r\n" + body + "\r\n"; }
const QByteArray disposition = "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"";

bool isRefused(const QByteArray &body, const QByteArray &header = type)
{
    const auto parts = readMultipart(body, header);
    return !parts && parts.error().code == Error::Code::InvalidInput;
}

} // namespace

TEST(Multipart, readsPartsByteForByte)
{
    const QByteArray content("\r\n--ab\0\xff--abd\r\n-", 16);
    const QByteArray body = part(disposition + "\r\ncontent-type: Text/Plain; charset=utf-8", content) + part("Content-Disposition: form-data; name=note", "") + "--abc--\r\n";
    const auto parts = readMultipart(body, type);
    ASSERT_TRUE(parts) << parts.error().message.toStdString();
    ASSERT_EQ(parts->size(), 2);
    EXPECT_EQ((*parts)[0].name, "file");
    EXPECT_EQ((*parts)[0].file_name, "a.txt");
    EXPECT_EQ((*parts)[0].content_type, "text/plain");
    EXPECT_EQ((*parts)[0].body.toByteArray(), content);
    EXPECT_EQ((*parts)[1].name, "note");
    EXPECT_FALSE((*parts)[1].is_file);
    EXPECT_TRUE((*parts)[1].body.isEmpty());
}

TEST(Multipart, boundaryMayBeQuoted)
{
    const QByteArray body = "--a b c\r\n" + disposition + "\r\n\r\nx\r\n--a b c--";
    EXPECT_TRUE(isRefused(body, "multipart/form-data; boundary=\"a b c\"")) << "a blank is nothing that we take";
    EXPECT_TRUE(readMultipart(QByteArray("--a:c\r\n" + disposition + "\r\n\r\nx\r\n--a:c--"), "multipart/form-data; boundary=\"a:c\""));
}

TEST(Multipart, quotesAndBackslashesInNames)
{
    const QByteArray body(part(R"(Content-Disposition: form-data; name="file"; filename="C:\dir\a\"b.txt")", "x") + "--abc--");
    const auto parts = readMultipart(body, type);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->first().file_name, R"(C:\dir\a"b.txt)");
}

TEST(Multipart, refusesWhatIsNotStrict)
{
    const QByteArray good = part(disposition, "x") + "--abc--\r\n";
    ASSERT_FALSE(isRefused(good));
    for (qsizetype cut = 0; cut < good.size() - 2; ++cut)
        EXPECT_TRUE(isRefused(good.left(cut))) << cut;
    const QList<QByteArray> bodies{"preamble\r\n" + good,
                                   good + "epilogue",
                                   part(disposition + "\r\n" + disposition, "x") + "--abc--",
                                   part(disposition + "\r\n folded", "x") + "--abc--",
                                   part(disposition + "\r\nX-Other: 1", "x") + "--abc--",
                                   part("Content-Type: text/plain", "x") + "--abc--",
                                   part("Content-Disposition: attachment; name=\"file\"", "x") + "--abc--",
                                   part("Content-Disposition: form-data; filename=\"a\"", "x") + "--abc--",
                                   part("Content-Disposition: form-data; name=\"a\"; name=\"b\"", "x") + "--abc--",
                                   part("Content-Disposition: form-data; name=\"a\"; filename*=UTF-8''b", "x") + "--abc--",
                                   part("Content-Disposition: form-data; name=\"a", "x") + "--abc--",
                                   part("Content-Disposition: form-data; name=\"" + QByteArray(2000, 'n') + '"', "x") + "--abc--",
                                   part(disposition + "\r\nContent-Type: " + QByteArray(5000, 'x'), "x") + "--abc--",
                                   "--abc \r\n" + disposition + "\r\n\r\nx\r\n--abc--",
                                   "--abc\n" + disposition + "\n\nx\n--abc--",
                                   QByteArray()};
    for (const QByteArray &body : bodies)
        EXPECT_TRUE(isRefused(body)) << body.left(200).toStdString();
    QByteArray many;
    for (int i = 0; i < 17; ++i)
        many += part(disposition, "x");
    EXPECT_TRUE(isRefused(many + "--abc--"));
    for (const QByteArray header : {"multipart/form-data", "multipart/mixed; boundary=abc", "multipart/form-data; boundary=abc; boundary=abc", "multipart/form-data; boundary=", "text/plain",
                                     "multipart/form-data; boundary=\"abc", "multipart/form-data boundary=abc"})
        EXPECT_TRUE(isRefused(good, header)) << header.toStdString();
    EXPECT_TRUE(isRefused("--" + QByteArray(71, 'b') + "--", "multipart/form-data; boundary=" + QByteArray(71, 'b')));
}

TEST(Multipart, hostileBytesNeverReachOutsideTheBody)
{
    QRandomGenerator chance(4711);
    const QByteArray good = part(disposition + "\r\nContent-Type: text/plain", "some\r\n--text") + part(disposition, "") + "--abc--\r\n";
    const QList<QByteArray> pieces{"--abc", "\r\n", "--", "--abc--", "\r\n--abc", "Content-Disposition:", "\"", "\\", ";", QByteArray(1, '\0'), "\xff"};
    for (int round = 0; round < 50'000; ++round) {
        QByteArray body = good;
        for (int i = chance.bounded(4); i >= 0; --i) {
            const qsizetype at = chance.bounded(static_cast<int>(body.size()) + 1);
            if (chance.bounded(2) == 0)
                body.insert(at, pieces[chance.bounded(static_cast<int>(pieces.size()))]);
            else
                body.remove(at, chance.bounded(12));
        }
        const QByteArray held(body.constData(), body.size()); // a copy of exactly its size, for the sanitizer
        const auto parts = readMultipart(held, type);
        for (const MultipartPart &one : parts ? *parts : QList<MultipartPart>()) {
            EXPECT_TRUE(one.body.isEmpty() || (one.body.data() >= held.constData() && one.body.data() + one.body.size() <= held.constData() + held.size()));
            EXPECT_FALSE(one.body.contains(QByteArrayView("\r\n--abc")));
        }
    }
}
