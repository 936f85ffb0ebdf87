#include "jobs/RowSink.h"

#include "rules/LocalTime.h"

#include <array>
#include <hpdf.h>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

struct Column {
    const char16_t *title;
    float width; ///< points
    CallField field;
    bool right = false;
};

constexpr std::array columns{
    Column{u"Started", 92, CallField::started_at}, Column{u"Customer", 122, CallField::caller_name}, Column{u"Number", 84, CallField::customer_number},
    Column{u"Type", 68, CallField::call_type},           Column{u"Status", 72, CallField::status},         Column{u"Outcome", 84, CallField::outcome},
    Column{u"Agent", 92, CallField::agent_name},         Column{u"Seconds", 44, CallField::duration_seconds, true},
    Column{u"Value", 58, CallField::value_cents, true},  Column{u"Queue", 68, CallField::queue},
};
constexpr float margin = 28;
constexpr float lineHeight = 13;
constexpr float textSize = 8;
constexpr float inset = 3;

/** What Helvetica of a PDF can show; what it cannot becomes "?". */
QByteArray westernText(const QString &text)
{
    static const QHash<char16_t, char> beyondLatin{{u'\u20ac', '\x80'}, {u'\u2026', '\x85'}, {u'\u2018', '\x91'}, {u'\u2019', '\x92'}, {u'\u201c', '\x93'},
                                                   {u'\u201d', '\x94'}, {u'\u2022', '\x95'}, {u'\u2013', '\x96'}, {u'\u2014', '\x97'}, {u'\u2122', '\x99'}};
    QByteArray bytes;
    for (const QChar letter : text) {
        const char16_t code = letter.unicode();
        const bool latin = (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0x100);
        if (!letter.isLowSurrogate())
            bytes += latin ? static_cast<char>(code) : beyondLatin.value(code, '?');
    }
    return bytes;
}

template <class E> QString labelOrNothing(const std::optional<E> &value) { return value ? labelOf(*value) : QString(); }

QString shownText(const Call &call, CallField field, const QTimeZone &zone)
{
    switch (field) {
    case CallField::started_at: return call.started_at ? localTime(*call.started_at, zone).toString(u"yyyy-MM-dd HH:mm"_s) : QString();
    case CallField::value_cents: return call.value_cents ? QString::number(static_cast<double>(*call.value_cents) / 100.0, 'f', 2) : QString();
    case CallField::call_type: return labelOrNothing(call.call_type);
    case CallField::status: return labelOrNothing(call.status);
    case CallField::outcome: return labelOrNothing(call.outcome);
    case CallField::caller_name: return (call.caller_name.isEmpty() ? call.business_name : call.caller_name).simplified();
    default: return fieldText(call, field).simplified();
    }
}

/** A table in a PDF by libharu, which remembers its first error and does nothing after it. */
class PdfSink : public RowSink
{
public:
    PdfSink(QFile &file, PdfLook look) : m_file(file), m_look(std::move(look)), m_pdf(HPDF_New(&PdfSink::noticed, this)) {}
    ~PdfSink() override
    {
        if (m_pdf)
            HPDF_Free(m_pdf);
    }
    PdfSink(const PdfSink &) = delete;
    PdfSink &operator=(const PdfSink &) = delete;

    Verdict begin() override
    {
        if (!m_pdf)
            return broken();
        HPDF_SetCompressionMode(m_pdf, HPDF_COMP_ALL);
        HPDF_SetInfoAttr(m_pdf, HPDF_INFO_CREATOR, "Calldeck");
        if (m_look.font.isEmpty()) {
            m_font = HPDF_GetFont(m_pdf, "Helvetica", "CP1252");
        } else {
            HPDF_UseUTFEncodings(m_pdf);
            const char *name = HPDF_LoadTTFontFromFile(m_pdf, QFile::encodeName(m_look.font).constData(), HPDF_TRUE);
            m_font = name ? HPDF_GetFont(m_pdf, name, "UTF-8") : nullptr;
        }
        newPage();
        return verdict();
    }

    Verdict add(const Call &call) override
    {
        if (m_y - lineHeight < 2 * margin)
            newPage();
        if (m_rows++ % 2 == 1)
            fill(0.95F);
        float x = margin;
        for (const Column &column : columns) {
            put(shownText(call, column.field, m_look.zone), x, column);
            x += column.width;
        }
        m_y -= lineHeight;
        return verdict();
    }

    Verdict end() override
    {
        HPDF_SaveToStream(m_pdf);
        HPDF_ResetStream(m_pdf);
        if (Verdict made = verdict(); !made)
            return made;
        std::vector<HPDF_BYTE> piece(64 * 1024);
        for (;;) {
            auto size = static_cast<HPDF_UINT32>(piece.size());
            HPDF_ReadFromStream(m_pdf, piece.data(), &size);
            if (size == 0)
                return Done{};
            if (Verdict written = writeAll(m_file, QByteArrayView(piece.data(), static_cast<qsizetype>(size))); !written)
                return written;
        }
    }

private:
    static void noticed(HPDF_STATUS error, HPDF_STATUS detail, void *self)
    {
        auto *sink = static_cast<PdfSink *>(self);
        // The end of what is read is told as an error too.
        if (error != HPDF_STREAM_EOF && !sink->m_error)
            sink->m_error = std::pair(error, detail);
    }
    Error broken() const
    {
        const auto [error, detail] = m_error.value_or(std::pair<HPDF_STATUS, HPDF_STATUS>(0, 0));
        return {Error::Code::Io, u"The PDF could not be made."_s, u"libharu %1 %2"_s.arg(error, 0, 16).arg(detail), false};
    }
    Verdict verdict() const { return m_error || !m_font ? Verdict(broken()) : Verdict(Done{}); }
    QByteArray bytesOf(const QString &text) const { return m_look.font.isEmpty() ? westernText(text) : text.toUtf8(); }

    void newPage()
    {
        m_page = HPDF_AddPage(m_pdf);
        HPDF_Page_SetSize(m_page, HPDF_PAGE_SIZE_A4, HPDF_PAGE_LANDSCAPE);
        m_y = HPDF_Page_GetHeight(m_page) - margin;
        ++m_pages;
        write(m_look.title, margin, m_y - 10, 13);
        write(m_look.subtitle, margin, m_y - 24, textSize);
        m_y -= 32;
        // Every page has room for as many as this one.
        const auto room = static_cast<qint64>((m_y - lineHeight - 2 * margin) / lineHeight);
        const QString place = u"Page %1 of %2"_s.arg(m_pages).arg(std::max<qint64>(1, (m_look.rows + room - 1) / room));
        write(place, HPDF_Page_GetWidth(m_page) - margin - widthOf(place), margin, textSize);
        fill(0.82F);
        float x = margin;
        for (const Column &column : columns) {
            put(QString::fromUtf16(column.title), x, column);
            x += column.width;
        }
        m_y -= lineHeight;
    }

    void fill(float grey)
    {
        HPDF_Page_SetGrayFill(m_page, grey);
        HPDF_Page_Rectangle(m_page, margin, m_y - lineHeight, HPDF_Page_GetWidth(m_page) - 2 * margin, lineHeight);
        HPDF_Page_Fill(m_page);
        HPDF_Page_SetGrayFill(m_page, 0);
    }

    float widthOf(const QString &text) { return HPDF_Page_TextWidth(m_page, bytesOf(text).constData()); }

    /** What fits, with an ellipsis where it was cut. */
    QString fitted(QString text, float room)
    {
        constexpr qsizetype most = 80; // of the narrowest letters
        if (text.size() <= most && widthOf(text) <= room)
            return text;
        text.truncate(most);
        while (!text.isEmpty() && widthOf(text + u'\u2026') > room)
            text.chop(text.size() > 1 && text.back().isLowSurrogate() ? 2 : 1);
        return text.trimmed() + u'\u2026';
    }

    /** One cell. */
    void put(const QString &whole, float x, const Column &column)
    {
        HPDF_Page_SetFontAndSize(m_page, m_font, textSize);
        const float room = column.width - 2 * inset;
        const QString text = fitted(whole, room);
        const float indent = column.right ? room - widthOf(text) : 0;
        write(text, x + inset + indent, m_y - lineHeight + 4, textSize);
    }

    void write(const QString &text, float x, float y, float size)
    {
        HPDF_Page_SetFontAndSize(m_page, m_font, size);
        HPDF_Page_BeginText(m_page);
        HPDF_Page_TextOut(m_page, x, y, bytesOf(text).constData());
        HPDF_Page_EndText(m_page);
    }

    QFile &m_file;
    const PdfLook m_look;
    std::optional<std::pair<HPDF_STATUS, HPDF_STATUS>> m_error;
    HPDF_Doc m_pdf;
    HPDF_Font m_font = nullptr;
    HPDF_Page m_page = nullptr;
    float m_y = 0;
    int m_pages = 0;
    qint64 m_rows = 0;
};

} // namespace

std::unique_ptr<RowSink> pdfSink(QFile &file, const PdfLook &look) { return std::make_unique<PdfSink>(file, look); }

} // namespace calldeck
