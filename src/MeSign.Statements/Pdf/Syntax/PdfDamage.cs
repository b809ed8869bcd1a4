using System.Globalization;

namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Refusals of the reader, each with what is wrong and at which byte of the file.</summary>
internal static class PdfDamage
{
    public static StatementFailedException At(long offset, string what) =>
        new(FailureCode.DocumentDamaged, string.Create(CultureInfo.InvariantCulture, $"PDF damaged at byte {offset}: {what}"));

    public static StatementFailedException In(PdfReference reference, string what) =>
        new(FailureCode.DocumentDamaged, string.Create(
            CultureInfo.InvariantCulture, $"PDF damaged in object {reference.Number} {reference.Generation}: {what}"));

    public static StatementFailedException In(PdfStream stream, string what, Exception? cause = null)
    {
        var detail = string.Create(
            CultureInfo.InvariantCulture, $"PDF damaged at byte {stream.DataOffset}, in object {stream.Self.Number} {stream.Self.Generation}: {what}");
        return cause is null ? new(FailureCode.DocumentDamaged, detail) : new(FailureCode.DocumentDamaged, detail, cause);
    }

    public static StatementFailedException Of(string what) => new(FailureCode.DocumentDamaged, $"PDF damaged: {what}");
}
