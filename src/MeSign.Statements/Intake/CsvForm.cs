using System.Buffers;
using System.Text.Json;
using CsvHelper;

namespace MeSign.Statements.Intake;

/// <summary>Makes jobs of the records of one CSV manifest: its mapping applied to its header.</summary>
public sealed class CsvForm
{
    private readonly CsvMapping _mapping;
    private readonly string[] _header;
    private readonly CsvReaderOptions _options;

    /// <summary>Index of the column that fills a field, by the field.</summary>
    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);

    /// <param name="header">The manifest's first record.</param>
    /// <exception cref="StatementFailedException">There is none, or it lacks a column that the mapping names.</exception>
    internal CsvForm(CsvMapping mapping, LineCutter.Line header)
    {
        if (header.IsBlank)
            throw new StatementFailedException(FailureCode.MissingField, "the manifest has no header: its first row names the columns");
        if (header.IsTooLong)
            throw new StatementFailedException(FailureCode.OversizedField, $"the manifest's header (row 1) is over {JobLimits.Bytes} bytes: end lines with LF or CRLF; is a quote left open?");

        _mapping = mapping;
        _options = new CsvReaderOptions
        {
            Separator = mapping.Delimiter,
            HasHeader = false,
            TrimWhitespace = true,
            MalformedData = CsvMalformedDataHandling.Throw,
            BufferSize = 4096,
        };
        _header = Cells(header.Text, FailureCode.InvalidField, "the manifest's header (row 1) ");
        foreach (var (column, target) in mapping.Columns)
        {
            var index = Array.IndexOf(_header, column);
            if (index < 0)
                throw new StatementFailedException(FailureCode.MissingField, $"the manifest's header (row 1) has no column {JobText.Quote(column)}, which the mapping names: it has {string.Join(", ", _header.Take(20).Select(JobText.Quote))}");
            if (Array.LastIndexOf(_header, column) != index)
                throw new StatementFailedException(FailureCode.InvalidField, $"the manifest's header (row 1) has the column {JobText.Quote(column)} twice: rename one");
            _columns.Add(target, index);
        }
    }

    /// <returns>The job as JSON in UTF-8.</returns>
    /// <exception cref="StatementFailedException">UnreadableJob: the record has another number of cells than the header, is not CSV in UTF-8, or is several.</exception>
    public ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> record)
    {
        var cells = Cells(record, FailureCode.UnreadableJob, "");
        if (cells.Length != _header.Length)
            throw new StatementFailedException(FailureCode.UnreadableJob, $"has {cells.Length} cells, the header {_header.Length}: put cells that hold {(_mapping.Delimiter == '\t' ? "a tab" : _mapping.Delimiter)} in quotes");

        var issuer = Value("issuer", cells, null);
        var defaults = issuer is null ? null : _mapping.Issuers.GetValueOrDefault(issuer);
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(json, target => Value(target, cells, defaults), Fields(defaults));
        return buffer.WrittenMemory;
    }

    /// <summary>The column that a fault is about, where its text begins with the field that the column fills.</summary>
    public string? ColumnOf(string detail) => _columns
        .Where(column => detail.StartsWith(column.Key + " ", StringComparison.Ordinal))
        .Select(column => _header[column.Value])
        .FirstOrDefault();

    private static void Write(Utf8JsonWriter json, Func<string, string?> valueOf, IEnumerable<string> fields)
    {
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        foreach (var group in CsvMapping.Targets.Concat(fields).GroupBy(target => target.Contains('.', StringComparison.Ordinal) ? target[..target.IndexOf('.', StringComparison.Ordinal)] : "", StringComparer.Ordinal))
        {
            var values = group.Select(target => (Name: target[(target.IndexOf('.', StringComparison.Ordinal) + 1)..], Value: valueOf(target))).Where(value => value.Value is not null).ToArray();
            if (values.Length == 0)
                continue;

            if (group.Key.Length > 0)
                json.WriteStartObject(group.Key);
            foreach (var (name, value) in values)
                json.WriteString(name, value);
            if (group.Key.Length > 0)
                json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private string? Value(string target, string[] cells, IReadOnlyDictionary<string, string>? defaults) =>
        _columns.TryGetValue(target, out var column) && cells[column].Length > 0 ? cells[column]
            : _mapping.Constants.GetValueOrDefault(target) ?? defaults?.GetValueOrDefault(target);

    private IEnumerable<string> Fields(IReadOnlyDictionary<string, string>? defaults) => _columns.Keys
        .Concat(_mapping.Constants.Keys)
        .Concat(defaults?.Keys ?? [])
        .Where(target => target.StartsWith("fields.", StringComparison.Ordinal))
        .Distinct(StringComparer.Ordinal);

    /// <param name="whose">What a fault's text begins with.</param>
    private string[] Cells(ReadOnlyMemory<byte> record, FailureCode code, string whose)
    {
        if (!System.Text.Unicode.Utf8.IsValid(record.Span))
            throw new StatementFailedException(code, $"{whose}is not UTF-8: save the file in that encoding");

        try
        {
            using var reader = CsvReader.Create(record, _options);
            var cells = reader.Read() ? reader.Current.ToArray() : [];
            // To the reader a lone carriage return ends a record, which has no outcome of its own: lines are cut at line feeds.
            return reader.Read()
                ? throw new StatementFailedException(code, $"{whose}holds a carriage return outside quotes: end lines with LF or CRLF, and put cells that hold line breaks in quotes")
                : cells;
        }
        catch (CsvFormatException fault)
        {
            throw new StatementFailedException(code, $"{whose}is not CSV: a quote is left open or stands inside a cell; put the cell in quotes and double those in it", fault);
        }
    }
}
