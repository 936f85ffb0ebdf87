#include "FakeSync.h"
#include "shell/SignOutDialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QTest>
#include <gtest/gtest.h>

using namespace calldeck;

namespace
{

class SignOutDialogTest : public testing::Test
{
protected:
    void SetUp() override { sync.current.link = SyncStatus::Link::Online; }

    SignOutDialog &ask(const UnsentWork &work)
    {
        sync.work = work;
        dialog = std::make_unique<SignOutDialog>(sync, work, nullptr);
        dialog->show();
        return *dialog;
    }
    QRadioButton *choice(const QString &words) const
    {
        const auto all = dialog->findChildren<QRadioButton *>();
        const auto found = std::find_if(all.cbegin(), all.cend(), [&](const QRadioButton *button) { return button->text().remove(u'&').startsWith(words); });
        return found == all.cend() ? nullptr : *found;
    }
    QPushButton *button() const
    {
        const auto all = dialog->findChildren<QPushButton *>();
        return *std::find_if(all.cbegin(), all.cend(), [](const QPushButton *one) { return one->text() == u"Sign out"_s; });
    }
    bool says(const QString &words) const
    {
        const auto labels = dialog->findChildren<QLabel *>();
        return std::any_of(labels.cbegin(), labels.cend(), [&](const QLabel *label) { return label->isVisible() && label->text().contains(words); });
    }
    bool isAccepted() const { return dialog->result() == QDialog::Accepted; }

    FakeSync sync;
    std::unique_ptr<SignOutDialog> dialog;
};

} // namespace

TEST_F(SignOutDialogTest, withNothingUnsentTheDataGoes)
{
    ask({});
    EXPECT_TRUE(says(u"Everything is sent"_s));
    EXPECT_FALSE(choice(u"Keep"_s)->isVisible());
    button()->click();
    EXPECT_TRUE(isAccepted());
    EXPECT_FALSE(dialog->keepsData());
    EXPECT_EQ(dialog->discarded(), 0);
}

TEST_F(SignOutDialogTest, unsentWorkIsCountedAndKeptUnlessThePersonSaysOtherwise)
{
    ask({12, 2, 1, 1'795'546'800'000});
    EXPECT_TRUE(says(u"12 changes not sent yet"_s));
    EXPECT_TRUE(says(u"2 changes that the server refused"_s));
    EXPECT_TRUE(says(u"1 call with something typed"_s));
    EXPECT_TRUE(choice(u"Keep"_s)->isChecked());
    button()->click();
    EXPECT_TRUE(isAccepted());
    EXPECT_TRUE(dialog->keepsData());
    EXPECT_EQ(dialog->discarded(), 0);
}

TEST_F(SignOutDialogTest, discardingNeedsTheNumber)
{
    ask({12, 2, 1, {}});
    choice(u"Discard"_s)->click();
    EXPECT_FALSE(button()->isEnabled());
    auto *count = dialog->findChild<QLineEdit *>();
    QTest::keyClicks(count, u"12"_s);
    EXPECT_FALSE(button()->isEnabled());
    count->clear();
    QTest::keyClicks(count, u"15"_s);
    EXPECT_TRUE(button()->isEnabled());
    button()->click();
    EXPECT_TRUE(isAccepted());
    EXPECT_FALSE(dialog->keepsData());
    EXPECT_EQ(dialog->discarded(), 15);
}

TEST_F(SignOutDialogTest, sendingWaitsUntilAllIsThere)
{
    sync.current.waiting = 3;
    ask({3, 0, 0, {}});
    choice(u"Send"_s)->click();
    button()->click();
    EXPECT_FALSE(isAccepted());
    EXPECT_TRUE(says(u"Sending"_s));
    EXPECT_FALSE(button()->isEnabled());
    EXPECT_TRUE(sync.asked.contains(u"now"_s));
    sync.work = {};
    SyncStatus status = sync.current;
    status.waiting = 0;
    sync.tell(status);
    EXPECT_TRUE(QTest::qWaitFor([&] { return isAccepted(); }));
    EXPECT_FALSE(dialog->keepsData());
}

TEST_F(SignOutDialogTest, whatIsRefusedOnTheWayIsAskedAboutAgain)
{
    sync.current.waiting = 3;
    ask({3, 0, 0, {}});
    choice(u"Send"_s)->click();
    button()->click();
    sync.work = {0, 1, 0, {}};
    SyncStatus status = sync.current;
    status.waiting = 0;
    status.dead = 1;
    sync.tell(status);
    EXPECT_TRUE(QTest::qWaitFor([&] { return says(u"could not be sent"_s); }));
    EXPECT_FALSE(isAccepted());
    EXPECT_TRUE(says(u"1 change that the server refused"_s));
    EXPECT_FALSE(choice(u"Send"_s)->isEnabled());
    EXPECT_TRUE(choice(u"Keep"_s)->isChecked());
}

TEST_F(SignOutDialogTest, aLineThatBreaksOnTheWayLosesNothing)
{
    sync.current.waiting = 3;
    ask({3, 0, 0, {}});
    choice(u"Send"_s)->click();
    button()->click();
    sync.work = {2, 0, 0, {}};
    SyncStatus status = sync.current;
    status.waiting = 2;
    status.link = SyncStatus::Link::Offline;
    sync.tell(status);
    EXPECT_TRUE(QTest::qWaitFor([&] { return says(u"connection was lost"_s); }));
    EXPECT_FALSE(isAccepted());
    EXPECT_TRUE(button()->isEnabled());
    EXPECT_TRUE(says(u"2 changes not sent yet"_s));
}

TEST_F(SignOutDialogTest, withoutALineSendingIsRefusedInWords)
{
    sync.current.link = SyncStatus::Link::Offline;
    ask({3, 0, 0, {}});
    choice(u"Send"_s)->click();
    button()->click();
    EXPECT_FALSE(isAccepted());
    EXPECT_TRUE(says(u"no connection"_s));
}
