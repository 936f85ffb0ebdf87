#pragma once

#include "theme/DeskStyle.h"
#include "theme/Theme.h"

#include <QFrame>
#include <QLabel>
#include <QPointer>
#include <QPushButton>

class QTimer;

namespace calldeck
{

/** A push button of one of our kinds; `icon` "" for none. Its accessible name is its text, or `name` for an icon alone. */
class Button : public QPushButton
{
    Q_OBJECT
public:
    Button(const Theme &theme, ButtonKind kind, const QString &text, const QString &icon = {}, QWidget *parent = nullptr);
    static Button *iconOnly(const Theme &theme, const QString &icon, const QString &name, QWidget *parent = nullptr);
    void setIconName(const QString &icon);
    void setRole(TypeRole role);

private:
    void refresh();
    const Theme &m_theme;
    ButtonKind m_kind;
    TypeRole m_role;
    QString m_icon;
};

/** Text in one of the theme's type sizes and colours, always plain. */
class Text : public QLabel
{
    Q_OBJECT
public:
    Text(const Theme &theme, TypeRole role, Token ink, const QString &text = {}, QWidget *parent = nullptr);
    void setInk(Token ink);

private:
    void refresh();
    const Theme &m_theme;
    TypeRole m_role;
    Token m_ink;
};

/** A short word on a soft ground. */
class Pill : public QWidget
{
    Q_OBJECT
public:
    explicit Pill(const Theme &theme, QWidget *parent = nullptr);
    void show(const QString &text, Token ink, Token ground, const QString &icon = {});
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    QString m_text;
    QString m_icon;
    Token m_ink = Token::Neutral;
    Token m_ground = Token::NeutralSoft;
};

/** A line of one pixel in the border colour. */
class Rule : public QWidget
{
    Q_OBJECT
public:
    explicit Rule(const Theme &theme, Qt::Orientation orientation = Qt::Horizontal, QWidget *parent = nullptr);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
};

/** A plain ground in a token's colour. */
class Panel : public QWidget
{
    Q_OBJECT
public:
    Panel(const Theme &theme, Token ground, QWidget *parent = nullptr);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    Token m_ground;
};

/**
 * A panel over its window, under `anchor` or centred; takes the focus, gives it back when it closes by Esc or a click outside.
 * While the focus is in it no shortcut of the window fires but the one that locks the desk. Does not open in a window that takes no input.
 */
class Popover : public QFrame
{
    Q_OBJECT
public:
    Popover(const Theme &theme, const QString &name, QWidget *window);
    void openUnder(QWidget *anchor);
    void openCentred();

Q_SIGNALS:
    void closed();

protected:
    /** Takes the size that its content needs. */
    void fit();
    bool event(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void openAt(const QPoint &place);
    const Theme &m_theme;
    QPointer<QWidget> m_focusBefore;
};

/** A message at the foot of the window that never takes the focus; with an Undo button while it can be undone. */
class Toast : public QFrame
{
    Q_OBJECT
public:
    Toast(const Theme &theme, QWidget *window);
    void show(const QString &text, bool canUndo);

Q_SIGNALS:
    void undoAsked();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    Text *m_text;
    Button *m_undo;
    QTimer *m_timer;
};

} // namespace calldeck
