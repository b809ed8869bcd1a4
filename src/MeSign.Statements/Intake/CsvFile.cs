using System.Globalization;
using System.Runtime.CompilerServices;

namespace MeSign.Statements.Intake;

/// <summary>Reads a CSV manifest that is at hand as a stream, by the rules of one that is in storage.</summary>
public static class CsvFile
{
    private const int BlockBytes = 256 * 1024;

    /// <returns>Each row's number (the header is 1) and its job as JSON in UTF-8.</returns>
    /// <exception cref="StatementFailedException">The mapping does not fit, or a row is no job; it names row, column and fix.</exception>
    public static async IAsyncEnumerable<(long Row, ReadOnlyMemory<byte> Job)> ReadAsync(
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
                    form = new CsvForm(mapping, line.Text);
                else if (!line.IsBlank)
                    yield return (row, JobOf(form, row, line));
            }
        }
        while (read == BlockBytes);
    }

    private static ReadOnlyMemory<byte> JobOf(CsvForm form, long row, LineCutter.Line line)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"row {row}");
        if (line.IsTooLong)
            throw new StatementFailedException(FailureCode.OversizedField, $"{place} is over {JobLimits.Bytes} bytes: is a quote left open?");

        try
        {
            return form.Read(line.Text);
        }
        catch (StatementFailedException fault)
        {
            throw new StatementFailedException(fault.Code, $"{place} {fault.Detail}", fault);
        }
    }
}
