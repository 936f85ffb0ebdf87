#include "Printers.h"
#include "WindowFixture.h"
#include "drawer/CallDrawer.h"
#include "shell/KeyMap.h"
#include "table/CallTable.h"

#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <gtest/gtest.h>

using namespace calldeck;

namespace
{

class MainWindowTest : public WindowFixture
{
protected:
    void SetUp() override
    {
        for (const char *name : {"Ada", "Bela", "Cleo", "Dora", "Emil"})
            desk.addMissed(QString::fromLatin1(name));
        show(std::make_unique<MainWindow>(desk, theme, preferences, nullptr));
        window->showView(QStringLiteral("triage"));
        settle();
    }
    void saveAndGoOn()
    {
        press(Qt::Key_Return, Qt::ControlModifier);
        QTest::qWait(120); // the list is asked for again shortly after a change
        settle();
    }
    /** The change that the last command took back, "" when it was no undo. */
    QString lastUndone() const
    {
        const auto *undo = desk.applied.isEmpty() ? nullptr : std::get_if<Undo>(&desk.applied.last());
        return undo ? undo->mutation_id : QString();
    }
    /** Saves the call at hand while the desk does not answer, with these keys pressed meanwhile, and lets the answers come. */
    void saveSlowly(int saveKey, const std::function<void()> &meanwhile)
    {
        desk.hold(true);
        press(saveKey, Qt::ControlModifier);
        meanwhile();
        desk.hold(false);
        QTest::qWait(300);
        settle();
    }
    CallDrawer &drawer() const { return *window->findChild<CallDrawer *>(); }
    CallTable &table() const { return *window->findChild<CallTable *>(); }
    QString atHand() const { return drawer().shownCall().caller_name; }
};

} // namespace

TEST(KeyMapTest, noTwoActionsShareAKey)
{
    QStringList keys;
    for (const KeyAction &action : keyMap()) {
        for (const QKeySequence &sequence : action.keys)
            keys.append(sequence.toString());
    }
    const qsizetype all = keys.size();
    EXPECT_EQ(keys.removeDuplicates(), 0) << "of " << all;
}

TEST_F(MainWindowTest, dataThatIsNotEncryptedIsMarkedForGood)
{
    const auto mark = [this] {
        const QList<Pill *> pills = window->findChildren<Pill *>();
        const auto found = std::find_if(pills.begin(), pills.end(), [](Pill *pill) { return pill->isVisible() && pill->accessibleName().startsWith(QStringLiteral("Not encrypted")); });
        return found == pills.end() ? nullptr : *found;
    };
    EXPECT_EQ(mark(), nullptr);
    window.reset();
    desk.notice = QStringLiteral("Not encrypted: no keyring");
    window = std::make_unique<MainWindow>(desk, theme, preferences, nullptr);
    window->show();
    settle();
    ASSERT_NE(mark(), nullptr);
    EXPECT_EQ(mark()->accessibleName(), desk.notice);
    EXPECT_TRUE(mark()->toolTip().contains(QStringLiteral("security")));
    Q_EMIT desk.failed(Error{Error::Code::DiskFull, QStringLiteral("full"), {}, true});
    Q_EMIT desk.recovered();
    settle();
    EXPECT_NE(mark(), nullptr);
}

TEST_F(MainWindowTest, plainDispositionTakesTwoKeys)
{
    ASSERT_EQ(atHand(), QStringLiteral("Ada"));
    press(Qt::Key_5);
    saveAndGoOn();
    EXPECT_EQ(desk.find(1)->disposition, QStringLiteral("no_answer"));
    EXPECT_EQ(atHand(), QStringLiteral("Bela"));
}

TEST_F(MainWindowTest, callbackTakesFourKeys)
{
    press(Qt::Key_3);
    press(Qt::Key_F);
    press(Qt::Key_2);
    saveAndGoOn();
    EXPECT_EQ(desk.find(1)->disposition, QStringLiteral("callback_requested"));
    EXPECT_EQ(atHand(), QStringLiteral("Bela"));
}

TEST_F(MainWindowTest, incompleteDispositionStaysAndSaysWhatIsMissing)
{
    press(Qt::Key_3);
    saveAndGoOn();
    EXPECT_EQ(atHand(), QStringLiteral("Ada"));
    EXPECT_EQ(desk.appliedCount<RecordDisposition>(), 0);
}

TEST_F(MainWindowTest, lettersGoIntoTheNotesOnceTheyHaveTheFocus)
{
    press(Qt::Key_N);
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("jet 5 leak"));
    settle();
    EXPECT_EQ(qobject_cast<QPlainTextEdit *>(QApplication::focusWidget())->toPlainText(), QStringLiteral("jet 5 leak"));
    EXPECT_EQ(atHand(), QStringLiteral("Ada"));
    QTest::qWait(300);
    settle();
    EXPECT_EQ(desk.drafts.value(1).notes, QStringLiteral("jet 5 leak"));
    EXPECT_TRUE(desk.drafts.value(1).disposition.isEmpty());
}

TEST_F(MainWindowTest, leavingAnUnsavedDecisionAsksFirst)
{
    press(Qt::Key_5);
    press(Qt::Key_J);
    EXPECT_EQ(atHand(), QStringLiteral("Ada"));
    press(Qt::Key_Escape);
    EXPECT_EQ(atHand(), QStringLiteral("Ada"));
    press(Qt::Key_J);
    press(Qt::Key_Return);
    QTest::qWait(120);
    settle();
    EXPECT_EQ(desk.find(1)->disposition, QStringLiteral("no_answer"));
    EXPECT_EQ(atHand(), QStringLiteral("Bela"));
}

TEST_F(MainWindowTest, leavingByMouseOrToAnotherViewAsksToo)
{
    press(Qt::Key_5);
    auto *view = qobject_cast<QTableView *>(table().view());
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(view->model()->index(2, 2)).center());
    settle();
    EXPECT_EQ(atHand(), QStringLiteral("Ada"));
    press(Qt::Key_Escape);
    press(Qt::Key_2, Qt::ControlModifier);
    EXPECT_EQ(atHand(), QStringLiteral("Ada"));
    press(Qt::Key_Escape);
    saveAndGoOn();
    EXPECT_EQ(atHand(), QStringLiteral("Bela"));
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(view->model()->index(2, 2)).center());
    settle();
    EXPECT_EQ(atHand(), QStringLiteral("Dora"));
}

TEST_F(MainWindowTest, skippingWantsAReasonAndGoesOn)
{
    press(Qt::Key_S);
    press(Qt::Key_Return);
    EXPECT_EQ(desk.appliedCount<SkipTriage>(), 0);
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("line was dead"));
    press(Qt::Key_Return);
    ASSERT_EQ(desk.appliedCount<SkipTriage>(), 1);
    EXPECT_EQ(std::get<SkipTriage>(desk.applied.last()).reason, QStringLiteral("line was dead"));
    EXPECT_EQ(atHand(), QStringLiteral("Bela"));
}

TEST_F(MainWindowTest, undoBringsTheCallAndItsDecisionBack)
{
    press(Qt::Key_5);
    saveAndGoOn();
    press(Qt::Key_Z, Qt::ControlModifier);
    ASSERT_FALSE(desk.applied.isEmpty());
    EXPECT_TRUE(std::holds_alternative<Undo>(desk.applied.last()));
}

TEST_F(MainWindowTest, aCallThatWasTakenBackAndDecidedAgainIsLeft)
{
    press(Qt::Key_5);
    press(Qt::Key_Return, Qt::ControlModifier);
    press(Qt::Key_Z, Qt::ControlModifier);
    // The list as it was asked for before the undo comes only now, without the call.
    press(Qt::Key_5);
    press(Qt::Key_Return, Qt::ControlModifier);
    EXPECT_NE(drawer().call(), 1);
    press(Qt::Key_4);
    saveAndGoOn();
    EXPECT_EQ(desk.find(1)->disposition, QStringLiteral("no_answer"));
}

TEST_F(MainWindowTest, undoPressedDuringASaveMeansThatSave)
{
    press(Qt::Key_5);
    saveAndGoOn();
    press(Qt::Key_4);
    saveSlowly(Qt::Key_Return, [&] { press(Qt::Key_Z, Qt::ControlModifier); });
    ASSERT_EQ(desk.appliedCount<Undo>(), 1);
    EXPECT_EQ(std::get<Undo>(desk.applied.last()).mutation_id, QStringLiteral("mutation-2"));
}

TEST_F(MainWindowTest, refusedSaveKeepsTheFormAndTheCall)
{
    desk.refuse_commands = Error{Error::Code::DiskFull, QStringLiteral("The disk is full. Make room, then save again."), {}, true};
    press(Qt::Key_5);
    saveAndGoOn();
    EXPECT_EQ(atHand(), QStringLiteral("Ada"));
    EXPECT_TRUE(drawer().hasUnsavedDecision());
    desk.refuse_commands.reset();
    saveAndGoOn();
    EXPECT_EQ(desk.find(1)->disposition, QStringLiteral("no_answer"));
}

TEST_F(MainWindowTest, keysPressedWhileASaveIsUnderWayReachTheNextCall)
{
    press(Qt::Key_5);
    saveSlowly(Qt::Key_Return, [&] {
        press(Qt::Key_4);
        press(Qt::Key_Return, Qt::ControlModifier);
    });
    EXPECT_EQ(desk.find(1)->disposition, QStringLiteral("no_answer"));
    EXPECT_EQ(desk.find(2)->disposition, QStringLiteral("left_voicemail"));
}

TEST_F(MainWindowTest, followUpTypedAheadIsAFollowUpAndNoDisposition)
{
    press(Qt::Key_5);
    saveSlowly(Qt::Key_Return, [&] {
        press(Qt::Key_3);
        press(Qt::Key_F);
        press(Qt::Key_2);
        press(Qt::Key_Return, Qt::ControlModifier);
        press(Qt::Key_5);
        press(Qt::Key_Return, Qt::ControlModifier);
    });
    EXPECT_EQ(desk.find(1)->disposition, QStringLiteral("no_answer"));
    EXPECT_EQ(desk.find(2)->disposition, QStringLiteral("callback_requested"));
    EXPECT_EQ(desk.find(3)->disposition, QStringLiteral("no_answer"));
}

TEST_F(MainWindowTest, noteTypedAheadIsTextAndNoCommand)
{
    press(Qt::Key_5);
    saveSlowly(Qt::Key_Return, [&] {
        press(Qt::Key_4);
        press(Qt::Key_N);
        QTest::keyClicks(window.get(), QStringLiteral("tests seven"));
    });
    EXPECT_EQ(atHand(), QStringLiteral("Bela"));
    EXPECT_EQ(drawer().findChild<QPlainTextEdit *>()->toPlainText(), QStringLiteral("tests seven"));
    EXPECT_EQ(desk.appliedCount<RecordDisposition>(), 1);
}

TEST_F(MainWindowTest, goingOnAskedForDuringASaveGoesOn)
{
    press(Qt::Key_5);
    saveSlowly(Qt::Key_S, [&] {
        press(Qt::Key_Return, Qt::ControlModifier);
        press(Qt::Key_4);
    });
    saveAndGoOn();
    EXPECT_EQ(desk.find(1)->disposition, QStringLiteral("no_answer"));
    EXPECT_EQ(desk.find(2)->disposition, QStringLiteral("left_voicemail"));
}

TEST_F(MainWindowTest, keysForACallThatDoesNotComeAreForgotten)
{
    press(Qt::Key_5);
    saveSlowly(Qt::Key_Return, [&] {
        press(Qt::Key_4);
        desk.refuse_commands = Error{Error::Code::DiskFull, QStringLiteral("The disk is full. Make room, then save again."), {}, true};
    });
    EXPECT_EQ(atHand(), QStringLiteral("Ada"));
    desk.refuse_commands.reset();
    saveAndGoOn();
    EXPECT_EQ(desk.find(1)->disposition, QStringLiteral("no_answer"));
}

TEST_F(MainWindowTest, searchFindsWhileTypingAndEscClears)
{
    press(Qt::Key_2, Qt::ControlModifier);
    press(Qt::Key_K, Qt::ControlModifier);
    auto *field = qobject_cast<QLineEdit *>(QApplication::focusWidget());
    ASSERT_TRUE(field);
    QTest::keyClicks(field, QStringLiteral("status:missed"));
    settle();
    EXPECT_EQ(table().query().filter.statuses, QList<CallStatus>{CallStatus::MISSED});
    QTest::keyClicks(field, QStringLiteral(" is:nonsense"));
    settle();
    EXPECT_EQ(table().query().filter.statuses, QList<CallStatus>{CallStatus::MISSED});
    press(Qt::Key_Escape);
    EXPECT_TRUE(table().query().filter.isEmpty());
}

TEST_F(MainWindowTest, suggestedFollowUpGoesWithItsDispositionEvenAfterUndo)
{
    press(Qt::Key_5);
    saveAndGoOn();
    press(Qt::Key_Z, Qt::ControlModifier);
    QTest::qWait(120);
    settle();
    ASSERT_EQ(atHand(), QStringLiteral("Ada"));
    press(Qt::Key_1);
    saveAndGoOn();
    const auto &last = std::get<RecordDisposition>(desk.applied.last()).entry;
    EXPECT_EQ(last.disposition, QStringLiteral("booked"));
    EXPECT_FALSE(last.follow_up_at);
}

TEST_F(MainWindowTest, followUpTimeThatIsNotUnderstoodIsNotDropped)
{
    press(Qt::Key_5);
    press(Qt::Key_F);
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("frid 14.30"));
    saveAndGoOn();
    EXPECT_EQ(desk.appliedCount<RecordDisposition>(), 0);
    EXPECT_EQ(atHand(), QStringLiteral("Ada"));
    press(Qt::Key_1);
    saveAndGoOn();
    EXPECT_EQ(desk.appliedCount<RecordDisposition>(), 1);
}

TEST_F(MainWindowTest, undoKeepsWhatWasTypedSince)
{
    press(Qt::Key_5);
    press(Qt::Key_S, Qt::ControlModifier);
    press(Qt::Key_N);
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("called again"));
    press(Qt::Key_Escape);
    press(Qt::Key_Z, Qt::ControlModifier);
    QTest::qWait(300);
    settle();
    EXPECT_EQ(desk.drafts.value(1).notes, QStringLiteral("called again"));
    EXPECT_EQ(desk.drafts.value(1).disposition, QStringLiteral("no_answer"));
}

TEST_F(MainWindowTest, callThatCannotBeReadLeavesNothingOfTheOneBefore)
{
    desk.calls.removeIf([](const Call &call) { return call.key == 2; });
    press(Qt::Key_J);
    EXPECT_EQ(drawer().call(), 0);
    EXPECT_EQ(atHand(), QString());
    EXPECT_FALSE(drawer().findChild<QPlainTextEdit *>()->isEnabled());
    press(Qt::Key_J);
    EXPECT_EQ(atHand(), QStringLiteral("Cleo"));
}

TEST_F(MainWindowTest, listOfFollowUpsThatChangesLeavesTheDrawerAlone)
{
    for (qint64 id : {1, 2}) {
        FollowUpTask task;
        task.id = QString::number(id);
        task.call = id;
        task.due_at = desk.clock + id * 60'000;
        desk.tasks.append(task);
    }
    press(Qt::Key_3, Qt::ControlModifier);
    settle();
    press(Qt::Key_Return);
    ASSERT_EQ(atHand(), QStringLiteral("Ada"));
    window->openCall(4);
    settle();
    ASSERT_EQ(atHand(), QStringLiteral("Dora"));
    desk.tasks.removeFirst();
    Q_EMIT desk.countsChanged({});
    settle();
    EXPECT_EQ(atHand(), QStringLiteral("Dora"));
}

TEST_F(MainWindowTest, savingInFollowUpsTouchesNoCallOfTheHiddenList)
{
    FollowUpTask task;
    task.id = QStringLiteral("1");
    task.call = 4;
    task.due_at = desk.clock + 60'000;
    desk.tasks.append(task);
    press(Qt::Key_3, Qt::ControlModifier);
    settle();
    press(Qt::Key_Return);
    ASSERT_EQ(atHand(), QStringLiteral("Dora"));
    press(Qt::Key_5);
    saveSlowly(Qt::Key_Return, [&] {
        press(Qt::Key_1);
        press(Qt::Key_Return, Qt::ControlModifier);
    });
    EXPECT_EQ(desk.appliedCount<RecordDisposition>(), 1);
    EXPECT_EQ(desk.find(4)->disposition, QStringLiteral("no_answer"));
}

TEST_F(MainWindowTest, filteredTriageDoesNotCallItselfDone)
{
    desk.calls.clear();
    press(Qt::Key_K, Qt::ControlModifier);
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("nobody"));
    settle();
    bool says = false;
    for (const QLabel *label : table().findChildren<QLabel *>())
        says = says || label->text() == QStringLiteral("No waiting call matches");
    EXPECT_TRUE(says);
}

TEST_F(MainWindowTest, callChosenByHandDuringASaveGetsTheKeysThatFollow)
{
    auto *view = qobject_cast<QTableView *>(table().view());
    press(Qt::Key_5);
    saveSlowly(Qt::Key_Return, [&] {
        press(Qt::Key_4);
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(view->model()->index(2, 2)).center());
        settle();
        press(Qt::Key_1);
    });
    EXPECT_EQ(atHand(), QStringLiteral("Cleo"));
    saveAndGoOn();
    EXPECT_EQ(desk.find(1)->disposition, QStringLiteral("no_answer"));
    EXPECT_EQ(desk.find(3)->disposition, QStringLiteral("booked"));
    EXPECT_EQ(desk.appliedCount<RecordDisposition>(), 2);
}

TEST_F(MainWindowTest, undoDuringASaveLeavesTheStepBeforeToTheNextUndo)
{
    press(Qt::Key_5);
    saveAndGoOn();
    press(Qt::Key_4);
    saveSlowly(Qt::Key_S, [&] { press(Qt::Key_Z, Qt::ControlModifier); });
    EXPECT_EQ(lastUndone(), QStringLiteral("mutation-2"));
    press(Qt::Key_Z, Qt::ControlModifier);
    settle();
    EXPECT_EQ(lastUndone(), QStringLiteral("mutation-1"));
}

TEST_F(MainWindowTest, undoDoesNotDoubleNotesThatWereTypedOn)
{
    press(Qt::Key_5);
    press(Qt::Key_N);
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("called"));
    saveSlowly(Qt::Key_S, [&] { QTest::keyClicks(QApplication::focusWidget(), QStringLiteral(" twice")); });
    press(Qt::Key_Escape);
    press(Qt::Key_Z, Qt::ControlModifier);
    QTest::qWait(300);
    settle();
    EXPECT_EQ(desk.drafts.value(1).notes, QStringLiteral("called twice"));
}

TEST_F(MainWindowTest, aThemeMayOutliveItsWindows)
{
    window.reset();
    theme.choose(theme.isDark() ? ThemeChoice::Light : ThemeChoice::Dark);
    window = std::make_unique<MainWindow>(desk, theme, preferences, nullptr);
    window->show();
    settle();
}

TEST_F(MainWindowTest, unknownViewIsRefused)
{
    EXPECT_FALSE(window->showView(QStringLiteral("nowhere")));
    for (const char *view : {"triage", "calls", "followups", "settings", "keys"})
        EXPECT_TRUE(window->showView(QString::fromLatin1(view)));
}
