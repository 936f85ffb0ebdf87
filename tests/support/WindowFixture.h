#pragma once

#include "FakeDesk.h"
#include "MemoryPreferences.h"
#include "shell/MainWindow.h"

#include <QApplication>
#include <QTest>
#include <gtest/gtest.h>

namespace calldeck
{

/** The whole window over a desk in memory, driven by keys alone. A test makes its window in its own way and shows it with `show`. */
class WindowFixture : public testing::Test
{
protected:
    void TearDown() override
    {
        desk.hold(false);
        settle();
        // What a test itself owns and the window uses is gone before the window otherwise.
        window.reset();
    }
    void show(std::unique_ptr<MainWindow> made)
    {
        window = std::move(made);
        window->show();
        window->activateWindow();
        ASSERT_TRUE(QTest::qWaitForWindowActive(window.get()));
    }
    void settle()
    {
        for (int i = 0; i < 6; ++i)
            desk.settle();
    }
    void press(int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QWidget *focus = QApplication::focusWidget();
        QTest::keyClick(focus ? focus : window.get(), static_cast<Qt::Key>(key), modifiers);
        settle();
    }

    FakeDesk desk;
    Theme theme;
    MemoryPreferences preferences;
    std::unique_ptr<MainWindow> window;
};

} // namespace calldeck
