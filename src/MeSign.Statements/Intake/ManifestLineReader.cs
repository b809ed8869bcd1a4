using System.Globalization;

namespace MeSign.Statements.Intake;

/// <summary>Makes a job of a manifest's line, once it is sure under which batch and id its outcome will be recorded.</summary>
/// <param name="form">What the columns mean, where the manifest is CSV.</param>
internal sealed class ManifestLineReader(BatchOrder order, CsvForm? form)
{
    /// <param name="text">The line without its end.</param>
    /// <param name="offset">The line's first byte in the manifest.</param>
    public ManifestLine Read(long number, long offset, ReadOnlyMemory<byte> text)
    {
        try
        {
            var (identity, job) = ReadJob(form?.Read(text) ?? text);
            return new ManifestLine(number, identity, job, null) { Place = PlaceOf(number, offset), Form = form };
        }
        catch (StatementFailedException fault)
        {
            return Refuse(number, offset, fault.Code, fault.Detail);
        }
    }

    public ManifestLine TooLong(long number, long offset) =>
        Refuse(number, offset, FailureCode.OversizedField, string.Create(CultureInfo.InvariantCulture, $"a job is at most {JobLimits.Bytes:N0} bytes{(form is null ? "" : "; is a quote left open?")}"));

    private (JobIdentity Identity, BinaryData Job) ReadJob(ReadOnlyMemory<byte> text)
    {
        var job = new JobObject(JobBody.Parse(text.Span, "the job"), "");
        var id = job.RequiredText("id", JobLimits.IdLength);
        if (!JobText.IsId(id))
            throw job.Fault(FailureCode.InvalidField, "id", $"{JobText.Quote(id)} is not an id: A–Z a–z 0–9 . _ - only, a letter or digit first");

        var batch = job.OptionalText("batch", JobLimits.IdLength);
        if (batch is not null && batch != order.Batch)
            throw job.Fault(FailureCode.InvalidField, "batch", $"{JobText.Quote(batch)} is not the order's {JobText.Quote(order.Batch)}: leave it out, or put the line in its own manifest");

        var body = batch is null ? WithBatch(text.Span, order.Batch) : new BinaryData(text);
        if (body.ToMemory().Length > JobLimits.Bytes)
            throw new StatementFailedException(FailureCode.OversizedField, string.Create(CultureInfo.InvariantCulture, $"with its batch the job is over {JobLimits.Bytes:N0} bytes"));
        return (new JobIdentity(order.Batch, id, JobIdentity.Find(body, id).Issuer), body);
    }

    /// <summary>The same bytes with <c>"batch"</c> as the first member: nothing that the bank wrote is written anew.</summary>
    private static BinaryData WithBatch(ReadOnlySpan<byte> text, string batch)
    {
        var brace = text.IndexOf((byte)'{') + 1;
        // A batch's id holds nothing that JSON escapes, and the object has at least its id to go before.
        byte[] member = System.Text.Encoding.ASCII.GetBytes($"\"batch\":\"{batch}\",");
        return new BinaryData((byte[])[.. text[..brace], .. member, .. text[brace..]]);
    }

    private ManifestLine Refuse(long number, long offset, FailureCode code, string problem)
    {
        // Its own id may belong to a good line of this batch: the place in this manifest is nobody else's.
        var identity = new JobIdentity(order.Batch, string.Create(CultureInfo.InvariantCulture, $"{order.ManifestId}-byte-{offset}"), null);
        var line = new ManifestLine(number, identity, null, null) { Place = PlaceOf(number, offset), Form = form };
        return line with { Refusal = new ManifestRefusal(code, line.Explain(problem)) };
    }

    private string PlaceOf(long number, long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{(form is null ? "line" : "row")} {number} (byte {offset}) of the manifest");
}
