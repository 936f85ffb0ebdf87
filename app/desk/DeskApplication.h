#pragma once

#include "FilePreferences.h"
#include "Options.h"
#include "demo/DemoFeed.h"
#include "secrets/DataKey.h"
#include "shell/MainWindow.h"
#include "store/DeskStore.h"

#include <QApplication>
#include <QMessageBox>

namespace calldeck
{

/** The object graph of the desktop program: every service, and what it receives. */
class DeskApplication : public QObject
{
    Q_OBJECT
public:
    DeskApplication(QApplication &application, Options options);
    ~DeskApplication() override;

    Verdict start();
    /** Says on standard error, and in a window where somebody sits in front, why the desk did not open; true when there is a window to close. */
    bool showFailure(const Error &error);
    int exitCode() const { return 3; }

private:
    Verdict openData();
    Result<DataKey> findKey();
    Verdict fillDemo(const DatabaseKey &key);
    Verdict findCall(const DatabaseKey &key);
    /** Whether somebody sits in front. */
    bool canAsk() const;
    std::optional<QByteArray> askPassphrase(bool isNew) const;
    void showWindow();
    void takeScreenshot();
    void noteTime(const char *what) const;

    QApplication &m_application;
    Options m_options;
    CallKey m_call = 0;
    std::unique_ptr<FilePreferences> m_preferences;
    std::unique_ptr<DeskStore> m_store;
    std::unique_ptr<DemoFeed> m_feed;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<QMessageBox> m_failure;
};

} // namespace calldeck
