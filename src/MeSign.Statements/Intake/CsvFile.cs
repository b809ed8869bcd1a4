using System.Runtime.CompilerServices;

namespace MeSign.Statements.Intake;

/// <summary>Reads a CSV manifest that is at hand as a stream, by the rules of one that is in storage.</summary>
public static class CsvFile
{
    private const int BlockBytes = 256 * 1024;

    /// <exception cref="StatementFailedException">The mapping does not fit the header. A bad row ends nothing.</exception>
    public static async IAsyncEnumerable<CsvRow> ReadAsync(
        Stream csv, CsvMapping mapping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(csv);
        ArgumentNullException.ThrowIfNull(mapping);
        var cutter = new LineCutter(JobLimits.Bytes, 0, new CsvQuotes((byte)mapping.Delimiter, JobLimits.Bytes));
        CsvForm? form = null;
        var row = 0L;
        int read;
        do
        {
            var block = new byte[BlockBytes];
            read = await csv.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken);
            cutter.Feed(block.AsMemory(0, read), isLast: read < block.Length);
            while (cutter.TryTake(out var line))
            {
                row++;
                if (form is null)
                    form = new CsvForm(mapping, line);
                else if (!line.IsBlank)
                    yield return Read(form, row, line);
            }
        }
        while (read == BlockBytes);
    }

    private static CsvRow Read(CsvForm form, long row, LineCutter.Line line)
    {
        if (line.IsTooLong)
            return new CsvRow(row, form, default, new StatementFailedException(FailureCode.OversizedField, $"is over {JobLimits.Bytes} bytes: is a quote left open?"));

        try
        {
            return new CsvRow(row, form, form.Read(line.Text), null);
        }
        catch (StatementFailedException fault)
        {
            return new CsvRow(row, form, default, fault);
        }
    }
}

/// <param name="Number">The header is 1.</param>
/// <param name="Job">As JSON in UTF-8; empty where the row is none.</param>
/// <param name="Fault">Why it is none; null where it is.</param>
public sealed record CsvRow(long Number, CsvForm Form, ReadOnlyMemory<byte> Job, StatementFailedException? Fault);
