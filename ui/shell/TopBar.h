#pragma once

#include "desk/DeskService.h"
#include "desk/LiveFeed.h"
#include "theme/Controls.h"

#include <QLineEdit>

namespace calldeck
{

/** Title and saved views, search, and at the right what is about the desk as a whole. */
class TopBar : public QWidget
{
    Q_OBJECT
public:
    /** `feed` null when there is none. */
    TopBar(DeskService &desk, Theme &theme, LiveFeed *feed, QWidget *parent = nullptr);

    void setTitle(const QString &title, bool hasSavedViews);
    void focusSearch();
    QString searchText() const { return m_search->text(); }
    void setSearchText(const QString &text) { m_search->setText(text); }

Q_SIGNALS:
    void searched(const QString &text);
    /** Enter, Down or Esc in the search field: the list takes over. */
    void listAsked();
    void viewsAsked(QWidget *anchor);
    void themeSwitched();
    void keysAsked();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void buildSearch();
    void buildDemo(QBoxLayout *row, LiveFeed *feed);
    void showTheme();

    Theme &m_theme;
    Text *m_title;
    Button *m_views;
    QLineEdit *m_search;
    QAction *m_searchIcon;
    Button *m_themeButton;
};

} // namespace calldeck
