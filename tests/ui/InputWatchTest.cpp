#include "shell/InputWatch.h"
#include "theme/ButtonAccess.h"
#include "theme/Controls.h"
#include "theme/Theme.h"

#include <QAccessible>
#include <QLineEdit>
#include <QShortcut>
#include <QTest>
#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

/** A window with a field that gets what nobody takes away. */
class InputWatchTest : public testing::Test
{
protected:
    void SetUp() override
    {
        window.show();
        window.activateWindow();
        ASSERT_TRUE(QTest::qWaitForWindowActive(&window));
        field.setFocus();
        watch.setWatching(true);
    }
    /** As the system sends it: to the window, which asks for shortcuts first. */
    void key(QTest::KeyAction action, Qt::Key which) { QTest::sendKeyEvent(action, window.windowHandle(), which, QChar(static_cast<char16_t>(which)).toLower(), Qt::NoModifier); }
    void type(Qt::Key which)
    {
        key(QTest::Press, which);
        key(QTest::Release, which);
    }

    QWidget window;
    QLineEdit field{&window};
    int asked = 0;
    bool takes = false;
    InputWatch watch{[this] {
        ++asked;
        // As a desk that is locked by it: nothing is watched from now on.
        if (takes)
            watch.setWatching(false);
        return takes;
    }};
};

} // namespace

TEST_F(InputWatchTest, hearsAKeyAndLetsItPass)
{
    type(Qt::Key_J);
    EXPECT_GT(asked, 0);
    EXPECT_EQ(field.text(), u"j"_s);
}

TEST_F(InputWatchTest, aKeyThatIsTakenAwayIsTakenAsAWhole)
{
    takes = true;
    key(QTest::Press, Qt::Key_J);
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(field.text(), QString()) << "the first letter of a passphrase that nobody typed";
    key(QTest::Release, Qt::Key_J);
    type(Qt::Key_J);
    type(Qt::Key_K);
    EXPECT_EQ(field.text(), u"jk"_s);
    EXPECT_EQ(asked, 1);
}

TEST_F(InputWatchTest, anotherKeyIsNotOfTheOneThatWasTakenAway)
{
    takes = true;
    key(QTest::Press, Qt::Key_J); // and let go over another program
    type(Qt::Key_K);
    type(Qt::Key_J);
    EXPECT_EQ(field.text(), u"kj"_s);
}

TEST_F(InputWatchTest, aShortcutThatIsTakenAwayDoesNothing)
{
    QShortcut shortcut(Qt::Key_F5, &window);
    int activated = 0;
    QObject::connect(&shortcut, &QShortcut::activated, &window, [&] { ++activated; });
    type(Qt::Key_F5);
    EXPECT_EQ(activated, 1) << "this test could not fail";
    takes = true;
    type(Qt::Key_F5);
    EXPECT_EQ(activated, 1);
}

TEST_F(InputWatchTest, aPressByAssistiveTechnologyIsHeardAndCanBeTakenAway)
{
    installButtonAccess();
    const Theme theme;
    Button button(theme, ButtonKind::Primary, u"Save"_s, {}, &window);
    button.show();
    int clicks = 0;
    QObject::connect(&button, &QAbstractButton::clicked, &window, [&] { ++clicks; });
    const auto press = [&] { QAccessible::queryAccessibleInterface(&button)->actionInterface()->doAction(QAccessibleActionInterface::pressAction()); };
    press();
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(clicks, 1);
    takes = true;
    press();
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(clicks, 1);
}
