#include "FakeLock.h"
#include "FakeSync.h"
#include "Printers.h"
#include "WindowFixture.h"
#include "drawer/CallDrawer.h"
#include "drawer/DetailsTab.h"
#include "shell/LockPage.h"
#include "shell/SignOutDialog.h"
#include "table/CallTable.h"

#include <QAbstractItemView>
#include <QAccessible>
#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPointer>
#include <QTest>
#include <QTreeWidget>
#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

/** What assistive technology finds below an object, names and contents. */
void readAccessible(QAccessibleInterface *node, QStringList &texts, int depth = 0)
{
    if (!node || depth > 30)
        return;
    for (const auto kind : {QAccessible::Name, QAccessible::Description, QAccessible::Value})
        texts.append(node->text(kind));
    if (QAccessibleTextInterface *text = node->textInterface())
        texts.append(text->text(0, text->characterCount()));
    for (int i = 0; i < node->childCount(); ++i)
        readAccessible(node->child(i), texts, depth + 1);
}

/** What stands on the screen, or would on a tooltip. */
QStringList visibleTexts()
{
    QStringList texts;
    const QWidgetList widgets = QApplication::allWidgets();
    for (QWidget *widget : widgets) {
        if (!widget->isVisible())
            continue;
        texts << widget->accessibleName() << widget->accessibleDescription() << widget->toolTip() << widget->windowTitle();
        if (const auto *label = qobject_cast<QLabel *>(widget))
            texts << label->text();
        if (const auto *button = qobject_cast<QAbstractButton *>(widget))
            texts << button->text();
        if (const auto *line = qobject_cast<QLineEdit *>(widget))
            texts << line->displayText();
        if (const auto *notes = qobject_cast<QPlainTextEdit *>(widget))
            texts << notes->toPlainText();
        const auto *view = qobject_cast<QAbstractItemView *>(widget);
        for (int row = 0; view && view->model() && row < view->model()->rowCount(); ++row) {
            for (int column = 0; column < view->model()->columnCount(); ++column)
                texts << view->model()->index(row, column).data(Qt::AccessibleTextRole).toString();
        }
    }
    return texts;
}

/** The window over a desk in memory that has a lock. */
class LockTest : public WindowFixture
{
protected:
    void SetUp() override
    {
        for (const char *name : {"Adamantia", "Belasarius", "Cleopatra", "Dorothea"})
            desk.addMissed(QString::fromLatin1(name));
        makeWindow();
        window->showView(u"triage"_s);
        settle();
    }
    void makeWindow()
    {
        show(std::make_unique<MainWindow>(desk, theme, preferences, nullptr, &sync, nullptr, &lock));
        settle();
    }
    void type(const QString &text)
    {
        QTest::keyClicks(QApplication::focusWidget(), text);
        settle();
    }
    void lockByKey() { press(Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier); }
    void unlock()
    {
        type(lock.passphrase);
        press(Qt::Key_Return);
    }
    QStringList reachable() const
    {
        QStringList texts = visibleTexts();
        readAccessible(QAccessible::queryAccessibleInterface(window.get()), texts);
        return texts;
    }
    /** Whether anything of a call can be seen, hovered or read aloud. */
    bool shows(const QString &words) const
    {
        const QStringList texts = reachable();
        return std::any_of(texts.cbegin(), texts.cend(), [&](const QString &text) { return text.contains(words); });
    }
    void expectNothingOfACall() const
    {
        for (const Call &call : desk.calls) {
            for (const QString &words : {call.caller_name, call.customer_number.right(4), u"half a note"_s})
                EXPECT_FALSE(shows(words)) << words.toStdString();
        }
        EXPECT_TRUE(page().isVisible());
        EXPECT_TRUE(shows(desk.space.name));
    }
    LockPage &page() const { return *window->findChild<LockPage *>(); }
    QLineEdit &field() const { return *page().findChild<QLineEdit *>(); }
    CallDrawer &drawer() const { return *window->findChild<CallDrawer *>(); }
    QString atHand() const { return drawer().shownCall().caller_name; }
    /** The editor of a field of the call at hand, with `words` typed and not saved. */
    QLineEdit *halfTyped(const QString &words)
    {
        drawer().showTab(u"details"_s);
        settle();
        auto *tree = drawer().findChild<DetailsTab *>()->findChild<QTreeWidget *>();
        QTreeWidgetItem *item = tree->findItems(u"Business"_s, Qt::MatchExactly | Qt::MatchRecursive, 0).value(0);
        if (!item)
            return nullptr;
        tree->setFocus();
        tree->editItem(item, 1);
        auto *editor = qobject_cast<QLineEdit *>(QApplication::focusWidget());
        if (editor)
            editor->selectAll();
        type(words);
        return editor;
    }
    QPlainTextEdit &notes() const { return *drawer().findChild<QPlainTextEdit *>(); }

    FakeSync sync;
    FakeLock lock;
};

} // namespace

TEST_F(LockTest, nothingOfACallIsLeftToSeeOrToRead)
{
    press(Qt::Key_N);
    type(u"half a note"_s);
    for (const QString &words : {u"Adamantia"_s, u"Belasarius"_s, u"half a note"_s})
        EXPECT_TRUE(shows(words)) << "this test could not fail: " << words.toStdString();
    window->tell(u"Adamantia was called"_s);
    lockByKey();
    ASSERT_TRUE(lock.isLocked());
    expectNothingOfACall();
    // Nor of what comes in or is answered behind it.
    desk.addMissed(u"Euphrosyne"_s);
    desk.announceChange({1, 5});
    window->tell(u"Euphrosyne called"_s);
    window->openCall(2);
    settle();
    expectNothingOfACall();
    EXPECT_TRUE(field().hasFocus());
    EXPECT_FALSE(window->windowTitle().contains(u"Adamantia"_s));
}

TEST_F(LockTest, whatIsOpenIsClosed)
{
    press(Qt::Key_S);
    const auto popovers = window->findChildren<Popover *>();
    const auto isOpen = [](const Popover *popover) { return popover->isVisible(); };
    ASSERT_TRUE(std::any_of(popovers.cbegin(), popovers.cend(), isOpen));
    auto *dialog = new SignOutDialog(sync, {3, 1, 1, desk.clock}, window.get());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
    QMessageBox box(QMessageBox::Warning, u"Calldeck"_s, u"Adamantia"_s, QMessageBox::Ok, window.get());
    box.open();
    int rejected = 0;
    QObject::connect(&box, &QDialog::rejected, &box, [&] { ++rejected; });
    QObject::connect(dialog, &QDialog::rejected, window.get(), [&] { ++rejected; });
    lock.lock();
    settle();
    EXPECT_EQ(rejected, 2);
    EXPECT_FALSE(std::any_of(popovers.cbegin(), popovers.cend(), isOpen));
    expectNothingOfACall();
    unlock();
    EXPECT_FALSE(std::any_of(popovers.cbegin(), popovers.cend(), isOpen));
    EXPECT_EQ(desk.appliedCount<SkipTriage>(), 0);
}

TEST_F(LockTest, theLockKeyWorksInFieldsAndPopovers)
{
    for (const int key : {Qt::Key_S, Qt::Key_N, Qt::Key_F1}) {
        press(key);
        lockByKey();
        EXPECT_TRUE(lock.isLocked()) << key;
        unlock();
        EXPECT_FALSE(lock.isLocked());
    }
    press(Qt::Key_K, Qt::ControlModifier);
    lockByKey();
    EXPECT_TRUE(lock.isLocked());
}

TEST_F(LockTest, keysAreTakenForThePassphraseAndForNothingElse)
{
    lockByKey();
    for (const auto &[key, modifiers] : QList<std::pair<int, Qt::KeyboardModifiers>>{{Qt::Key_5, Qt::NoModifier}, {Qt::Key_J, Qt::NoModifier}, {Qt::Key_E, Qt::NoModifier}, {Qt::Key_S, Qt::NoModifier},
                                                                                    {Qt::Key_2, Qt::ControlModifier}, {Qt::Key_8, Qt::ControlModifier}, {Qt::Key_S, Qt::ControlModifier},
                                                                                    {Qt::Key_K, Qt::ControlModifier}, {Qt::Key_F1, Qt::NoModifier}, {Qt::Key_Question, Qt::ShiftModifier}, {Qt::Key_Tab, Qt::NoModifier},
                                                                                    {Qt::Key_Tab, Qt::NoModifier}, {Qt::Key_Escape, Qt::NoModifier}})
        press(key, modifiers);
    QTest::keyClick(window.get(), Qt::Key_5);
    QTest::keyClick(window.get(), Qt::Key_Return, Qt::ControlModifier);
    settle();
    expectNothingOfACall();
    EXPECT_TRUE(page().isAncestorOf(QApplication::focusWidget()));
    EXPECT_TRUE(desk.applied.isEmpty());
    EXPECT_EQ(lock.tries, QStringList());
    field().clear();
    field().setFocus();
    unlock();
    ASSERT_FALSE(lock.isLocked());
    EXPECT_EQ(atHand(), u"Adamantia"_s);
    EXPECT_FALSE(drawer().hasUnsavedDecision());
}

TEST_F(LockTest, afterwardsEverythingStandsWhereItStood)
{
    press(Qt::Key_J);
    ASSERT_EQ(atHand(), u"Belasarius"_s);
    press(Qt::Key_5);
    press(Qt::Key_N);
    type(u"half a note"_s);
    const QWidget *focus = QApplication::focusWidget();
    lock.lock();
    settle();
    ASSERT_FALSE(desk.drafts_written.isEmpty());
    EXPECT_EQ(desk.drafts_written.last().second.notes, u"half a note"_s) << "kept before anything is hidden";
    unlock();
    ASSERT_FALSE(lock.isLocked());
    EXPECT_FALSE(page().isVisible());
    EXPECT_EQ(field().text(), QString());
    EXPECT_EQ(atHand(), u"Belasarius"_s);
    EXPECT_EQ(window->findChild<CallTable *>()->currentCall(), 2);
    EXPECT_EQ(notes().toPlainText(), u"half a note"_s);
    EXPECT_TRUE(drawer().hasUnsavedDecision());
    EXPECT_EQ(QApplication::focusWidget(), focus);
    type(u", and the rest"_s);
    EXPECT_EQ(notes().toPlainText(), u"half a note, and the rest"_s);
    press(Qt::Key_Return, Qt::ControlModifier);
    QTest::qWait(120);
    settle();
    EXPECT_EQ(desk.find(2)->disposition, u"no_answer"_s);
}

TEST_F(LockTest, aWrongPassphraseIsToldAndClearsTheField)
{
    lockByKey();
    press(Qt::Key_Return);
    EXPECT_TRUE(lock.tries.isEmpty()) << "nothing typed is no try";
    type(u"open barley"_s);
    press(Qt::Key_Return);
    EXPECT_EQ(lock.tries, QStringList{u"open barley"_s});
    EXPECT_TRUE(lock.isLocked());
    EXPECT_EQ(field().text(), QString());
    EXPECT_TRUE(field().hasFocus());
    EXPECT_TRUE(shows(u"That is not the passphrase."_s));
    EXPECT_FALSE(shows(u"open barley"_s));
    unlock();
    EXPECT_FALSE(lock.isLocked());
    lockByKey();
    EXPECT_FALSE(shows(u"That is not the passphrase."_s)) << "of the last time";
}

TEST_F(LockTest, duringAPauseNoneIsTriedAndItCountsDown)
{
    lock.pause = 3000;
    lockByKey();
    EXPECT_TRUE(shows(u"Try again in 3 s."_s));
    unlock();
    EXPECT_TRUE(lock.isLocked());
    EXPECT_TRUE(lock.tries.isEmpty());
    lock.pause = 900;
    EXPECT_TRUE(QTest::qWaitFor([&] { return shows(u"Try again in 1 s."_s); }));
    lock.pause = 0;
    EXPECT_TRUE(QTest::qWaitFor([&] { return !shows(u"Try again"_s); }));
    press(Qt::Key_Return);
    EXPECT_FALSE(lock.isLocked()) << "what was typed meanwhile stood there";
}

TEST_F(LockTest, aWindowMadeAnewWhileLockedComesUpLocked)
{
    lock.lock();
    window.reset();
    makeWindow();
    window->showView(u"calls"_s);
    window->openCall(3);
    settle();
    expectNothingOfACall();
    EXPECT_TRUE(field().hasFocus());
    unlock();
    EXPECT_TRUE(shows(u"Cleopatra"_s));
    EXPECT_EQ(atHand(), u"Cleopatra"_s);
    EXPECT_TRUE(window->findChild<CallTable *>()->view()->hasFocus());
}

TEST_F(LockTest, aSaveThatIsAnsweredBehindTheLockGoesOnToTheNextCall)
{
    press(Qt::Key_5);
    desk.hold(true);
    press(Qt::Key_Return, Qt::ControlModifier);
    // Meant for the next call, which is not there yet: not for the passphrase.
    press(Qt::Key_4);
    lock.lock();
    desk.hold(false);
    QTest::qWait(300);
    settle();
    expectNothingOfACall();
    EXPECT_EQ(field().text(), QString());
    unlock();
    EXPECT_EQ(desk.find(1)->disposition, u"no_answer"_s);
    EXPECT_EQ(atHand(), u"Belasarius"_s);
    EXPECT_FALSE(drawer().hasUnsavedDecision());
}

TEST_F(LockTest, keysThatWaitedForASaveDoNothingOnceOneOfThemHasLockedTheDesk)
{
    press(Qt::Key_5);
    desk.hold(true);
    press(Qt::Key_Return, Qt::ControlModifier);
    lockByKey();
    press(Qt::Key_2, Qt::ControlModifier);
    press(Qt::Key_4);
    press(Qt::Key_Return, Qt::ControlModifier);
    EXPECT_FALSE(lock.isLocked());
    desk.hold(false);
    ASSERT_TRUE(QTest::qWaitFor([this] { return lock.isLocked(); }));
    settle();
    EXPECT_EQ(field().text(), QString());
    EXPECT_TRUE(lock.tries.isEmpty());
    EXPECT_EQ(desk.appliedCount<RecordDisposition>(), 1);
    unlock();
    EXPECT_EQ(atHand(), u"Belasarius"_s) << "another view came";
}

TEST_F(LockTest, aValueThatIsHalfTypedStaysOpenAndIsNotSaved)
{
    const QPointer<QLineEdit> editor = halfTyped(u"Adaman"_s);
    ASSERT_TRUE(editor);
    const qsizetype before = desk.applied.size();
    lockByKey();
    expectNothingOfACall();
    EXPECT_EQ(desk.applied.size(), before);
    unlock();
    EXPECT_EQ(QApplication::focusWidget(), editor);
    type(u"tine"_s);
    press(Qt::Key_Return);
    EXPECT_EQ(desk.applied.size(), before + 1);
    EXPECT_EQ(desk.find(1)->business_name, u"Adamantine"_s);
}

TEST_F(LockTest, aValueThatIsHalfTypedIsNotForTheCallThatComesMeanwhile)
{
    const QPointer<QLineEdit> editor = halfTyped(u"Adaman"_s);
    ASSERT_TRUE(editor);
    const qsizetype before = desk.applied.size();
    lockByKey();
    window->openCall(2);
    settle();
    unlock();
    ASSERT_EQ(atHand(), u"Belasarius"_s);
    EXPECT_TRUE(QTest::qWaitFor([&] { return editor.isNull(); }));
    EXPECT_EQ(desk.applied.size(), before);
    EXPECT_TRUE(shows(u"Business was not changed"_s)) << "typing that is lost is told";
}

TEST_F(LockTest, whatFailedMeanwhileIsToldAfterwards)
{
    lock.lock();
    Q_EMIT desk.failed(Error{Error::Code::DiskFull, u"The disk is full."_s, {}, true});
    settle();
    EXPECT_FALSE(shows(u"The disk is full."_s));
    unlock();
    EXPECT_TRUE(shows(u"The disk is full."_s));
}

TEST_F(LockTest, aDamagedLockStaysLockedAndSaysWhatToDo)
{
    window.reset();
    lock.passphrase.clear();
    lock.damage = u"The file /x/calldeck.idle-lock is damaged. Close Calldeck and remove it."_s;
    lock.lock();
    makeWindow();
    expectNothingOfACall();
    EXPECT_TRUE(shows(u"/x/calldeck.idle-lock"_s));
    EXPECT_FALSE(field().isVisible());
    press(Qt::Key_X);
    press(Qt::Key_Return);
    EXPECT_TRUE(lock.isLocked());
    EXPECT_TRUE(lock.tries.isEmpty());
}

TEST_F(LockTest, withoutAPassphraseTheKeySaysWhereToSetOne)
{
    lock.passphrase.clear();
    lockByKey();
    EXPECT_FALSE(lock.isLocked());
    EXPECT_TRUE(shows(u"Set a passphrase in Settings first."_s));
    EXPECT_TRUE(shows(u"Adamantia"_s));
}

namespace
{

/** The section of the settings, its buttons pressed and its form filled. */
class LockSettingsTest : public LockTest
{
protected:
    void SetUp() override
    {
        lock.passphrase.clear();
        lock.after = 0;
        LockTest::SetUp();
        window->showView(u"settings"_s);
        settle();
    }
    QPushButton *button(const QString &words) const
    {
        const auto all = window->findChildren<QPushButton *>();
        const auto found = std::find_if(all.cbegin(), all.cend(), [&](const QPushButton *one) { return one->isVisible() && (one->text() == words || one->accessibleName() == words); });
        return found == all.cend() ? nullptr : *found;
    }
    void click(const QString &words)
    {
        ASSERT_TRUE(button(words)) << words.toStdString();
        button(words)->click();
        settle();
    }
    /** Fills the fields of the form in their order by keys, then Enter. */
    void fill(const QStringList &texts)
    {
        for (qsizetype i = 0; i < texts.size(); ++i) {
            if (i > 0)
                press(Qt::Key_Tab);
            type(texts[i]);
        }
        press(Qt::Key_Return);
    }
};

} // namespace

TEST_F(LockSettingsTest, aPassphraseIsSetChangedAndTakenAway)
{
    EXPECT_FALSE(button(u"Turn off\u2026"_s));
    click(u"Set a passphrase\u2026"_s);
    EXPECT_FALSE(button(u"Turn the lock on"_s)->isEnabled());
    fill({u"short"_s, u"short"_s});
    EXPECT_EQ(lock.passphrase, QString());
    EXPECT_TRUE(shows(u"At least 8 characters"_s));
    press(Qt::Key_Escape);
    click(u"Set a passphrase\u2026"_s);
    fill({u"open sesame"_s, u"open sesam"_s});
    EXPECT_TRUE(shows(u"The two are not the same yet."_s));
    type(u"e"_s);
    press(Qt::Key_Return);
    EXPECT_EQ(lock.passphrase, u"open sesame"_s);
    EXPECT_EQ(lock.minutes(), 10);
    EXPECT_TRUE(button(u"Lock after 10 minutes"_s)->isChecked());
    EXPECT_FALSE(button(u"Set a passphrase\u2026"_s));
    EXPECT_TRUE(shows(u"The lock is on"_s));
    EXPECT_FALSE(shows(u"open sesame"_s));

    click(u"Lock after 5 minutes"_s);
    EXPECT_EQ(lock.minutes(), 5);

    click(u"Change passphrase\u2026"_s);
    fill({u"open barley"_s, u"eight888"_s, u"eight888"_s});
    EXPECT_EQ(lock.passphrase, u"open sesame"_s);
    EXPECT_TRUE(shows(u"That is not the passphrase."_s));
    press(Qt::Key_Escape);
    click(u"Change passphrase\u2026"_s);
    fill({u"open sesame"_s, u"eight888"_s, u"eight888"_s});
    EXPECT_EQ(lock.passphrase, u"eight888"_s);
    EXPECT_EQ(lock.minutes(), 5);

    click(u"Lock now"_s);
    EXPECT_TRUE(lock.isLocked());
    unlock();

    click(u"Turn off\u2026"_s);
    fill({u"eight88"_s});
    EXPECT_TRUE(lock.isSet());
    type(u"eight888"_s);
    press(Qt::Key_Return);
    EXPECT_FALSE(lock.isSet());
    ASSERT_TRUE(button(u"Set a passphrase\u2026"_s));
    EXPECT_TRUE(button(u"Set a passphrase\u2026"_s)->hasFocus());
}

TEST_F(LockSettingsTest, whatIsTypedIntoTheFormDoesNotOutliveIt)
{
    click(u"Set a passphrase\u2026"_s);
    type(u"open sesame"_s);
    press(Qt::Key_Escape);
    for (const QLineEdit *line : window->findChildren<QLineEdit *>())
        EXPECT_EQ(line->text(), QString()) << line->accessibleName().toStdString();
    EXPECT_FALSE(lock.isSet());
}

TEST_F(LockSettingsTest, whereNothingCanBeLockedThereIsNoSuchSection)
{
    EXPECT_TRUE(shows(u"Locks by itself"_s) || shows(u"Set a passphrase\u2026"_s));
    window = std::make_unique<MainWindow>(desk, theme, preferences, nullptr);
    window->show();
    window->showView(u"settings"_s);
    settle();
    EXPECT_FALSE(shows(u"Set a passphrase\u2026"_s));
}
