using System.Globalization;
using System.IO.Compression;
using PdfSharp.Drawing;
using PdfSharp.Pdf;

namespace MeSign.Statements.Sandbox.Samples;

/// <summary>Draws sample statements as PDF: A4, vector logo, tables over several pages, embedded fonts.</summary>
internal sealed class StatementDrawer
{
    private const double Left = 48;
    private const double Right = 547;
    private const double RowHeight = 25;
    private const double FirstTableTop = 318;
    private const double NextTableTop = 120;
    private const double TableBottom = 762;
    private const double HeadHeight = 20;

    private static readonly XColor Grey = XColor.FromArgb(0x5B, 0x66, 0x70);
    private static readonly XBrush GreyBrush = new XSolidBrush(Grey);
    private static readonly XBrush GreenBrush = new XSolidBrush(SampleLogo.Green);
    private static readonly XBrush StripeBrush = new XSolidBrush(XColor.FromArgb(0xF2, 0xF6, 0xF5));
    private static readonly XPen LinePen = new(XColor.FromArgb(0xC9, 0xD3, 0xD0), 0.5);

    private readonly XFont _small = Font(7.5);
    private readonly XFont _text = Font(9);
    private readonly XFont _strong = Font(9, bold: true);
    private readonly XFont _name = Font(13, bold: true);
    private readonly XFont _title = Font(17, bold: true);

    private StatementDrawer()
    {
    }

    /// <summary>Makes the font ready, which may install it first.</summary>
    public static async Task<StatementDrawer> CreateAsync(Action<string> report, CancellationToken cancellationToken)
    {
        await SampleFonts.PrepareAsync(report, cancellationToken);
        return new StatementDrawer();
    }

    /// <summary>The statement as a PDF file.</summary>
    public byte[] Draw(SampleStatement statement)
    {
        using var document = new PdfDocument();
        var words = statement.Holder.Language;
        document.Language = words.Tag;
        document.Info.Title = $"{words.Title} {statement.Number}/{statement.Until.Year}";
        document.Info.Author = "First Example Bank";

        var pages = Paginate(statement.Entries.Count);
        var balance = statement.Opening;
        var done = 0;
        for (var page = 0; page < pages.Count; page++)
        {
            using var graphics = XGraphics.FromPdfPage(document.AddPage());
            DrawHeader(graphics, statement);
            if (page == 0)
                DrawAccount(graphics, statement);
            var entries = statement.Entries.Skip(done).Take(pages[page]);
            balance = DrawTable(graphics, words, entries, page == 0 ? FirstTableTop : NextTableTop, balance, first: page == 0, last: page == pages.Count - 1);
            done += pages[page];
            DrawFooter(graphics, words, page + 1, pages.Count);
        }

        return Save(document);
    }

    /// <summary>A one-page PDF of 190 by 56 points, for the visible part of a signature.</summary>
    public byte[] DrawSeal(SampleLanguage words)
    {
        using var document = new PdfDocument();
        var page = document.AddPage();
        page.Width = XUnit.FromPoint(190);
        page.Height = XUnit.FromPoint(56);
        using (var graphics = XGraphics.FromPdfPage(page))
        {
            graphics.DrawRoundedRectangle(new XPen(SampleLogo.Green, 1), XBrushes.White, 1, 1, 188, 54, 10, 10);
            SampleLogo.Draw(graphics, 10, 10, 36);
            graphics.DrawString(words.Sealed, _small, GreyBrush, 56, 24);
            graphics.DrawString("First Example Bank", _name, GreenBrush, 56, 40);
        }

        return Save(document);
    }

    private void DrawHeader(XGraphics graphics, SampleStatement statement)
    {
        var words = statement.Holder.Language;
        SampleLogo.Draw(graphics, Left, 40, 34);
        graphics.DrawString("First Example Bank", _name, GreenBrush, Left + 44, 56);
        graphics.DrawString("bank.example.test", _small, GreyBrush, Left + 44, 69);
        AtRight(graphics, words.Title, _title, GreenBrush, Right, 56);
        AtRight(graphics, $"{words.StatementNumber} {statement.Number}/{statement.Until.Year}", _small, GreyBrush, Right, 69);
        graphics.DrawLine(new XPen(SampleLogo.Green, 1.5), Left, 86, Right, 86);
    }

    private void DrawAccount(XGraphics graphics, SampleStatement statement)
    {
        var words = statement.Holder.Language;
        var y = 126.0;
        foreach (var line in (string[])[statement.Holder.Name, statement.Holder.Street, statement.Holder.Town])
        {
            graphics.DrawString(line, y < 127 ? _strong : _text, XBrushes.Black, Left, y);
            y += 14;
        }

        graphics.DrawRoundedRectangle(LinePen, StripeBrush, 300, 106, Right - 300, 92, 8, 8);
        (string Label, string Value)[] facts =
        [
            (words.Account, statement.Iban), (words.Bic, "EXMPCZPPXXX"), (words.Currency, statement.Currency),
            (words.Period, $"{words.Format(statement.From)} – {words.Format(statement.Until)}"),
        ];
        y = 126;
        foreach (var (label, value) in facts)
        {
            graphics.DrawString(label, _small, GreyBrush, 312, y);
            AtRight(graphics, value, _text, XBrushes.Black, Right - 12, y);
            y += 20;
        }

        (string Label, decimal Value)[] totals =
        [
            (words.Opening, statement.Opening), (words.Credits, statement.Credits),
            (words.Debits, statement.Debits), (words.Closing, statement.Closing),
        ];
        var width = (Right - Left) / totals.Length;
        for (var i = 0; i < totals.Length; i++)
        {
            graphics.DrawString(totals[i].Label, _small, GreyBrush, Left + (i * width), 242);
            graphics.DrawString($"{words.Format(totals[i].Value)} {statement.Currency}", _strong, XBrushes.Black, Left + (i * width), 257);
        }

        graphics.DrawLine(LinePen, Left, 276, Right, 276);
    }

    private decimal DrawTable(
        XGraphics graphics, SampleLanguage words, IEnumerable<StatementEntry> entries, double top, decimal balance, bool first, bool last)
    {
        graphics.DrawRectangle(GreenBrush, Left, top, Right - Left, HeadHeight);
        var y = top + 13.5;
        graphics.DrawString(words.Date, _strong, XBrushes.White, Left + 6, y);
        graphics.DrawString(words.Description, _strong, XBrushes.White, Left + 72, y);
        AtRight(graphics, words.Amount, _strong, XBrushes.White, Right - 92, y);
        AtRight(graphics, words.Balance, _strong, XBrushes.White, Right - 6, y);

        y = top + HeadHeight;
        y = DrawSum(graphics, words, first ? words.Opening : words.BroughtForward, balance, y);
        var odd = false;
        foreach (var entry in entries)
        {
            balance += entry.Amount;
            if (odd = !odd)
                graphics.DrawRectangle(StripeBrush, Left, y, Right - Left, RowHeight);
            graphics.DrawString(words.Format(entry.Date), _text, XBrushes.Black, Left + 6, y + 11);
            graphics.DrawString(entry.Description, _text, XBrushes.Black, Left + 72, y + 11);
            graphics.DrawString(entry.Detail, _small, GreyBrush, Left + 72, y + 20.5);
            AtRight(graphics, words.Format(entry.Amount), _text, entry.Amount > 0 ? GreenBrush : XBrushes.Black, Right - 92, y + 11);
            AtRight(graphics, words.Format(balance), _text, XBrushes.Black, Right - 6, y + 11);
            y += RowHeight;
        }

        DrawSum(graphics, words, last ? words.Closing : words.CarriedForward, balance, y);
        return balance;
    }

    private double DrawSum(XGraphics graphics, SampleLanguage words, string label, decimal balance, double y)
    {
        graphics.DrawString(label, _strong, XBrushes.Black, Left + 72, y + 12.5);
        AtRight(graphics, words.Format(balance), _strong, XBrushes.Black, Right - 6, y + 12.5);
        graphics.DrawLine(LinePen, Left, y + HeadHeight, Right, y + HeadHeight);
        return y + HeadHeight;
    }

    private void DrawFooter(XGraphics graphics, SampleLanguage words, int page, int pages)
    {
        graphics.DrawLine(LinePen, Left, 792, Right, 792);
        graphics.DrawString(words.Legal, _small, GreyBrush, Left, 805);
        AtRight(graphics, string.Format(CultureInfo.InvariantCulture, words.Page, page, pages), _small, GreyBrush, Right, 817);
    }

    /// <summary>Entries on each page, two of its lines kept for the balances.</summary>
    private static List<int> Paginate(int entries)
    {
        var pages = new List<int>();
        for (var left = entries; left > 0 || pages.Count == 0;)
        {
            var top = pages.Count == 0 ? FirstTableTop : NextTableTop;
            var fits = (int)((TableBottom - top - (3 * HeadHeight)) / RowHeight);
            pages.Add(Math.Min(left, fits));
            left -= fits;
        }

        return pages;
    }

    private static void AtRight(XGraphics graphics, string text, XFont font, XBrush brush, double x, double y) =>
        graphics.DrawString(text, font, brush, x, y, XStringFormats.BaseLineRight);

    private static XFont Font(double size, bool bold = false) => new(
        SampleFonts.Family,
        size,
        bold ? XFontStyleEx.Bold : XFontStyleEx.Regular,
        new XPdfFontOptions(PdfFontEncoding.Unicode, PdfFontEmbedding.TryComputeSubset));

    private static byte[] Save(PdfDocument document)
    {
        // PdfSharp 6.5 leaves the checksum (RFC 1950 §2.2) out of every stream that it compresses, which qpdf rightly
        // complains of. Pages are compressed here; the small font subsets stay as they are.
        document.Options.NoCompression = true;
        document.Options.CompressContentStreams = false;
        foreach (var page in document.Pages)
        {
            for (var part = 0; part < page.Contents.Elements.Count; part++)
                Compress(page.Contents.Elements.GetDictionary(part)!);
        }

        using var file = new MemoryStream();
        document.Save(file, closeStream: false);
        return file.ToArray();
    }

    private static void Compress(PdfDictionary content)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(content.Stream!.Value);
        content.Stream.Value = compressed.ToArray();
        content.Elements["/Filter"] = new PdfName("/FlateDecode");
    }
}
