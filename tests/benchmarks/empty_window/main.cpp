#include <QApplication>
#include <QPaintEvent>
#include <QWidget>
#include <cstdio>

/** The least that a Qt program can show: what any start is held against. */
class EmptyWindow : public QWidget
{
protected:
    void paintEvent(QPaintEvent *) override { fputs("painted\n", stderr); }
};

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    EmptyWindow window;
    window.resize(1440, 900);
    window.show();
    return QApplication::exec();
}
