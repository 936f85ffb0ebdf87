#include "FakeSync.h"
#include "shell/StatusLine.h"
#include "shell/SyncPanel.h"
#include "shell/SyncWords.h"

#include <QClipboard>
#include <QFutureWatcher>
#include <QLabel>
#include <QTest>
#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

class SyncPanelTest : public testing::Test
{
protected:
    void SetUp() override
    {
        sync.current.link = SyncStatus::Link::Online;
        sync.current.server = u"calls.example.com"_s;
        window.resize(1000, 800);
        anchor.setParent(&window);
        anchor.setGeometry(700, 760, 200, 30);
        window.show();
        panel = std::make_unique<SyncPanel>(sync, theme, QTimeZone::utc(), &window);
    }
    void open()
    {
        panel->open(&anchor);
        settle();
    }
    /** Until the panel has all the answers it asked for. */
    void settle() { EXPECT_TRUE(QTest::qWaitFor([&] { return panel->findChildren<QFutureWatcherBase *>().isEmpty(); })); }
    QStringList shown() const
    {
        QStringList texts;
        for (const QPushButton *button : panel->findChildren<QPushButton *>()) {
            if (button->isVisible())
                texts.append(button->text());
        }
        return texts;
    }
    void click(const QString &text)
    {
        for (QPushButton *button : panel->findChildren<QPushButton *>()) {
            if (button->isVisible() && button->text() == text) {
                button->click();
                settle();
                return;
            }
        }
        FAIL() << "no button " << text.toStdString();
    }
    static OpenConflict conflict(const QString &id, const QString &losing) { return {id, u"c"_s, u"Owen Brandt"_s, u"disposition"_s, u"Booked"_s, u"Ana"_s, losing, u"Ben"_s, 0}; }

    FakeSync sync;
    Theme theme;
    QWidget window;
    QWidget anchor;
    std::unique_ptr<SyncPanel> panel;
};

} // namespace

TEST_F(SyncPanelTest, whatIsLeftStaysInSightAfterAChoice)
{
    sync.open = {conflict(u"a"_s, u"Other"_s), conflict(u"b"_s, u"No answer"_s)};
    open();
    EXPECT_TRUE(shown().contains(u"Use Other"_s));
    click(u"Use Other"_s);
    EXPECT_EQ(sync.asked, QStringList{u"a replace"_s});
    EXPECT_FALSE(shown().contains(u"Use Other"_s));
    EXPECT_TRUE(shown().contains(u"Use No answer"_s));
    for (const QPushButton *button : panel->findChildren<QPushButton *>()) {
        if (button->isVisible() && button->text() == u"Use No answer"_s) {
            EXPECT_GT(button->visibleRegion().boundingRect().height(), 10) << "it stands where it can be seen";
        }
    }
}

TEST_F(SyncPanelTest, refusedEditIsTriedAgainOrDiscarded)
{
    sync.refusals = {{1, u"c"_s, u"Booked"_s, u"Only a manager may."_s, 0, 0}, {2, u"c"_s, u"Tag vip added"_s, u"The call is gone."_s, 0, 0}};
    open();
    click(u"Try again"_s);
    click(u"Copy text"_s);
    EXPECT_EQ(QGuiApplication::clipboard()->text(), u"Tag vip added"_s);
    click(u"Discard"_s);
    EXPECT_EQ(sync.asked, QStringList{u"retry 1"_s}) << "what is discarded is gone: one click is too few";
    click(u"Discard for good"_s);
    EXPECT_EQ(sync.asked, QStringList{u"retry 1"_s}) << "so is a double click";
    sync.on_the_way = {{u"m"_s, u"Owen"_s, u"Booked"_s, {}, 0}};
    sync.tell(sync.current);
    settle();
    QTest::qWait(QApplication::doubleClickInterval() + 50);
    click(u"Discard for good"_s);
    EXPECT_EQ(sync.asked, (QStringList{u"retry 1"_s, u"discard 2"_s}));
}

TEST_F(SyncPanelTest, whatWaitsIsNamedWithWhatItFailedWith)
{
    const auto text = [this] {
        QStringList texts;
        for (const QLabel *label : panel->findChildren<QLabel *>()) {
            if (label->isVisible())
                texts.append(label->accessibleName().isEmpty() ? label->text() : label->accessibleName());
        }
        return texts.join(u'\n');
    };
    open();
    EXPECT_FALSE(text().contains(u"On the way"_s));
    for (int i = 0; i < 30; ++i)
        sync.on_the_way.append({u"m%1"_s.arg(i), u"Owen <b>%1</b>"_s.arg(i), u"Booked: after five"_s, i == 1 ? u"The server answered 500."_s : QString(), 0});
    sync.current.waiting = 30;
    sync.tell(sync.current);
    settle();
    EXPECT_TRUE(text().contains(u"Owen <b>0</b>: Booked: after five"_s)) << text().toStdString();
    EXPECT_TRUE(text().contains(u"Last try: The server answered 500."_s));
    EXPECT_TRUE(text().contains(u"and 20 more"_s));
    sync.on_the_way.clear();
    sync.current.waiting = 0;
    sync.tell(sync.current);
    settle();
    EXPECT_FALSE(text().contains(u"On the way"_s));
}

TEST_F(SyncPanelTest, signedOutDeskOffersToSignIn)
{
    sync.current.link = SyncStatus::Link::SignedOut;
    open();
    EXPECT_EQ(shown(), QStringList{u"Sign in again"_s});
    click(u"Sign in again"_s);
    EXPECT_EQ(sync.asked, QStringList{u"sign in"_s});
}

TEST(SyncWords, saysTheWorstFirst)
{
    SyncStatus status;
    EXPECT_EQ(syncHeadline(status), u"All saved on this desk"_s);
    status.server = u"calls.example.com"_s;
    status.link = SyncStatus::Link::Online;
    EXPECT_EQ(syncHeadline(status), u"In step with calls.example.com"_s);
    constexpr qint64 minuteMs = 60'000;
    status.clock_offset_ms = -2 * minuteMs;
    EXPECT_EQ(clockText(status), QString()) << "two minutes are nobody's business";
    status.clock_offset_ms = -5 * minuteMs;
    EXPECT_EQ(syncHeadline(status), u"In step, this clock is 5 min ahead"_s);
    status.clock_offset_ms = 26 * 60 * minuteMs;
    EXPECT_EQ(syncHeadline(status), u"In step, this clock is 26 h behind"_s);
    status.waiting = 1;
    EXPECT_EQ(syncHeadline(status), u"Sending 1 change"_s);
    status.failure = u"The backend failed"_s;
    EXPECT_EQ(syncHeadline(status), u"1 change waiting, the server fails"_s);
    status.failure.clear();
    status.conflicts = 2;
    EXPECT_EQ(syncHeadline(status), u"2 conflicts to settle"_s);
    status.dead = 3;
    EXPECT_EQ(syncHeadline(status), u"3 changes refused"_s);
    status.link = SyncStatus::Link::Offline;
    EXPECT_EQ(syncHeadline(status), u"Offline, 1 change waiting"_s);
}

TEST_F(SyncPanelTest, statusLineShowsNoServerWhereThereIsNone)
{
    const auto button = [](const StatusLine &shown) { return static_cast<QPushButton *>(shown.syncButton()); };
    StatusLine line(theme);
    static_cast<QWidget &>(line).show();
    EXPECT_FALSE(button(line)->isVisible());
    line.setSync(sync.current);
    EXPECT_TRUE(button(line)->isVisible());
    EXPECT_EQ(button(line)->text(), u"In step with calls.example.com"_s);
}

TEST_F(SyncPanelTest, ownBackendIsSpokenOfOnlyWhenSomethingIsWrong)
{
    const auto isShown = [this](const SyncStatus &status) {
        StatusLine line(theme);
        static_cast<QWidget &>(line).show();
        line.setSync(status);
        return line.syncButton()->isVisible();
    };
    SyncStatus status;
    status.own = true;
    for (const auto well : {SyncStatus::Link::Off, SyncStatus::Link::Connecting, SyncStatus::Link::Online}) {
        status.link = well;
        status.waiting = 2;
        EXPECT_FALSE(isShown(status));
    }
    status.oldest_waiting = QDateTime::currentMSecsSinceEpoch() - 59'000;
    EXPECT_FALSE(isShown(status));
    *status.oldest_waiting -= 2'000;
    EXPECT_TRUE(isShown(status)) << "what is taken at once waits for more than a minute";
    status.oldest_waiting.reset();
    status.dead = 1;
    EXPECT_TRUE(isShown(status)) << "a change that the rules refused";
    status.dead = 0;
    status.problem = u"The disk is full."_s;
    EXPECT_TRUE(isShown(status));
    status.link = SyncStatus::Link::Offline;
    EXPECT_TRUE(isShown(status));
    EXPECT_EQ(syncHeadline(status), u"This desk's own store is not reached, 2 changes waiting"_s);
}
