#include "rules/FileKind.h"

#include <QList>
#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

TEST(FileKind, namesAreHarmlessEverywhere)
{
    const QList<std::pair<QString, QString>> names{
        {u"photo.png"_s, u"photo.png"_s},
        {u"../../etc/passwd"_s, u"passwd"_s},
        {u"C:\\Users\\x\\a.txt"_s, u"a.txt"_s},
        {u"\\\\host\\share\\b.pdf"_s, u"b.pdf"_s},
        {u"..%2f..%2fx"_s, u"%2f.%2fx"_s},
        {u"a\u202egnp.exe"_s, u"agnp.exe"_s},
        {u"a\u200b\u2066b\u2069.txt"_s, u"ab.txt"_s},
        {u"line\r\nbreak\t.txt"_s, u"linebreak.txt"_s},
        {QString(u"nul" + QString(QChar(0)) + u"byte.txt"), u"nulbyte.txt"_s},
        {u"CON"_s, u"_CON"_s},
        {u"nul.txt"_s, u"_nul.txt"_s},
        {u"com1.tar.gz"_s, u"_com1.tar.gz"_s},
        {u"a<b>:c|d?*.txt"_s, u"abcd.txt"_s},
        {u" .hidden. "_s, u"hidden"_s},
        {u"..."_s, u"file"_s},
        {u""_s, u"file"_s},
        {u"dir/"_s, u"file"_s},
        {u"Stra\u00dfe \U0001F600.jpg"_s, u"Stra\u00dfe \U0001F600.jpg"_s},
        {QString(QChar(0xd83d)) + u"half.txt"_s, u"\ufffdhalf.txt"_s},
    };
    for (const auto &[name, expected] : names)
        EXPECT_EQ(cleanFileName(name), expected) << name.toStdString();
    const QString cut = cleanFileName(QString(300, QChar(0xe4)) + u".jpeg"_s);
    EXPECT_TRUE(cut.endsWith(u".jpeg"_s));
    EXPECT_LE(cut.toUtf8().size(), 200);
    EXPECT_EQ(cleanFileName(cut), cut);
}

TEST(FileKind, contentMustLookLikeWhatIsSaid)
{
    EXPECT_TRUE(looksLike("image/png", "\x89PNG\r\n\x1a\n..."));
    EXPECT_FALSE(looksLike("image/png", "\x89PN"));
    EXPECT_FALSE(looksLike("image/jpeg", "\x89PNG\r\n\x1a\n..."));
    EXPECT_TRUE(looksLike("audio/wav", "RIFF....WAVE"));
    EXPECT_TRUE(looksLike("audio/mpeg", "ID3"));
    EXPECT_TRUE(looksLike("audio/mpeg", "\xff\xfb"));
    EXPECT_TRUE(looksLike("text/plain", "Stra\xc3\x9f\x65"));
    EXPECT_FALSE(looksLike("text/plain", QByteArrayView("a\0b", 3)));
    EXPECT_FALSE(looksLike("text/csv", "\xff\xfe"));
    for (const QByteArray type : {"text/html", "image/svg+xml", "application/x-msdownload", "application/octet-stream", "", "IMAGE/PNG"}) {
        EXPECT_FALSE(isAttachable(type)) << type.toStdString();
        EXPECT_FALSE(looksLike(type, "\x89PNG\r\n\x1a\n")) << type.toStdString();
    }
}
