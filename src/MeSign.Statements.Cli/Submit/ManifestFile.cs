using System.Runtime.CompilerServices;
using System.Text;
using MeSign.Statements.Intake;

namespace MeSign.Statements.Cli.Submit;

/// <summary>A manifest on this machine, in JSON Lines or CSV.</summary>
internal static class ManifestFile
{
    public static bool IsCsv(FileInfo manifest) => manifest.Extension.Equals(".csv", StringComparison.OrdinalIgnoreCase);

    /// <summary>Its lines but the blank ones; a bad row of CSV ends nothing.</summary>
    /// <exception cref="CommandException">A CSV manifest goes without a mapping.</exception>
    /// <exception cref="StatementFailedException">The mapping is none, or does not fit.</exception>
    public static async IAsyncEnumerable<ManifestEntry> ReadAsync(FileInfo manifest, FileInfo? mapping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (IsCsv(manifest))
        {
            if (mapping is not { Exists: true })
                throw CommandException.Usage($"{manifest.Name} is CSV: give --mapping FILE, or put mapping.json beside it, to say what its columns mean.");

            await using var csv = manifest.OpenRead();
            await foreach (var row in CsvFile.ReadAsync(csv, CsvMapping.Read(await File.ReadAllBytesAsync(mapping.FullName, cancellationToken)), cancellationToken))
            {
                var entry = new ManifestEntry($"{manifest.Name}, row {row.Number},", Encoding.UTF8.GetString(row.Job.Span), row.Form);
                yield return row.Fault is null ? entry : entry with { Fault = entry.Explain(row.Fault) };
            }

            yield break;
        }

        var number = 0L;
        await foreach (var line in File.ReadLinesAsync(manifest.FullName, cancellationToken))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                yield return new ManifestEntry($"{manifest.Name}, line {number},", line, null);
        }
    }
}

/// <param name="Place">The file and the line of it, or the row, as a message begins.</param>
/// <param name="Text">A job's JSON, or what stands in its place.</param>
/// <param name="Form">What its columns mean, where it is a row of CSV.</param>
internal sealed record ManifestEntry(string Place, string Text, CsvForm? Form)
{
    /// <summary>Why it cannot be submitted, with its place and the fix.</summary>
    public string? Fault { get; init; }

    public string Explain(StatementFailedException fault) =>
        $"{Place} {(Form?.ColumnOf(fault.Detail) is { } column ? $"column \"{column}\", " : "")}{fault.Code}: {fault.Detail}";
}
