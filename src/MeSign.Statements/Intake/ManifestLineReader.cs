using System.Globalization;

namespace MeSign.Statements.Intake;

/// <summary>Makes a job of a manifest's line, once it is sure under which batch and id its outcome will be recorded.</summary>
internal static class ManifestLineReader
{
    /// <param name="text">The line without its end.</param>
    /// <param name="offset">The line's first byte in the manifest.</param>
    public static ManifestLine Read(BatchOrder order, long number, long offset, ReadOnlyMemory<byte> text)
    {
        try
        {
            return ReadJob(order, number, text);
        }
        catch (StatementFailedException fault)
        {
            return Refuse(order, number, offset, fault.Code, fault.Detail);
        }
    }

    public static ManifestLine TooLong(BatchOrder order, long number, long offset) =>
        Refuse(order, number, offset, FailureCode.OversizedField, string.Create(CultureInfo.InvariantCulture, $"a job is at most {JobLimits.Bytes:N0} bytes"));

    private static ManifestLine ReadJob(BatchOrder order, long number, ReadOnlyMemory<byte> text)
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
        return new ManifestLine(number, new JobIdentity(order.Batch, id, JobIdentity.Find(body, id).Issuer), body, null);
    }

    /// <summary>The same bytes with <c>"batch"</c> as the first member: nothing that the bank wrote is written anew.</summary>
    private static BinaryData WithBatch(ReadOnlySpan<byte> text, string batch)
    {
        var brace = text.IndexOf((byte)'{') + 1;
        // A batch's id holds nothing that JSON escapes, and the object has at least its id to go before.
        byte[] member = System.Text.Encoding.ASCII.GetBytes($"\"batch\":\"{batch}\",");
        return new BinaryData((byte[])[.. text[..brace], .. member, .. text[brace..]]);
    }

    private static ManifestLine Refuse(BatchOrder order, long number, long offset, FailureCode code, string problem)
    {
        // Its own id may belong to a good line of this batch: the place in the manifest is nobody else's.
        var identity = new JobIdentity(order.Batch, string.Create(CultureInfo.InvariantCulture, $"manifest-byte-{offset}"), null);
        var place = string.Create(CultureInfo.InvariantCulture, $"line {number} (byte {offset}) of the manifest");
        return new ManifestLine(number, identity, null, new ManifestRefusal(code, $"{place}: {problem}"));
    }
}
