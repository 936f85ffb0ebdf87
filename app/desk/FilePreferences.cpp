#include "FilePreferences.h"

#include <QDataStream>
#include <QFile>
#include <QSaveFile>

namespace calldeck
{

namespace
{

constexpr int delayMs = 500;
constexpr quint32 mark = 0x43444b50;

} // namespace

FilePreferences::FilePreferences(const QString &file) : m_file(file)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(delayMs);
    m_thread.setMaxThreadCount(1);
    connect(&m_timer, &QTimer::timeout, this, &FilePreferences::write);
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        return;
    QDataStream stream(&in);
    stream.setVersion(QDataStream::Qt_6_4);
    quint32 found = 0;
    QVariantMap values;
    stream >> found;
    if (found == mark)
        stream >> values;
    if (found == mark && stream.status() == QDataStream::Ok)
        m_values = values;
}

FilePreferences::~FilePreferences()
{
    if (m_timer.isActive())
        write();
    m_thread.waitForDone();
}

void FilePreferences::setValue(const QString &key, const QVariant &value)
{
    if (m_values.value(key) == value && m_values.contains(key))
        return;
    value.isValid() ? (void)m_values.insert(key, value) : (void)m_values.remove(key);
    m_timer.start();
}

void FilePreferences::write()
{
    m_timer.stop();
    m_thread.start([file = m_file, values = m_values] {
        QSaveFile out(file);
        if (!out.open(QIODevice::WriteOnly))
            return;
        QDataStream stream(&out);
        stream.setVersion(QDataStream::Qt_6_4);
        stream << mark << values;
        out.commit();
    });
}

} // namespace calldeck
