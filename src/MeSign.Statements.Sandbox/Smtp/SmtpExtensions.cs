namespace MeSign.Statements.Sandbox.Smtp;

/// <summary>What the sink offers in answer to EHLO.</summary>
internal static class SmtpExtensions
{
    /// <param name="startTls">Whether STARTTLS is to be had now.</param>
    /// <param name="login">Whether AUTH is to be had now.</param>
    public static IEnumerable<string> Lines(SmtpSinkOptions options, bool startTls, bool login)
    {
        List<string> offered = ["localhost", "PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES"];
        if (startTls)
            offered.Add("STARTTLS");
        if (options.User is not null && login)
            offered.Add($"AUTH {options.Mechanisms}");
        if (options.Chunking)
            offered.Add("CHUNKING");
        if (options.RequireTlsExtension && login)
            offered.Add("REQUIRETLS");
        offered.Add($"SIZE {options.MaxMessageBytes}");
        offered.RemoveAll(extension => options.Without.Contains(extension.Split(' ')[0], StringComparer.OrdinalIgnoreCase));
        return offered.Select((line, at) => $"250{(at == offered.Count - 1 ? ' ' : '-')}{line}");
    }
}
