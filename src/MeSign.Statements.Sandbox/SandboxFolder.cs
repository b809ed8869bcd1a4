namespace MeSign.Statements.Sandbox;

/// <summary>Where a sandbox keeps what, under one folder.</summary>
internal sealed class SandboxFolder
{
    public SandboxFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        foreach (var folder in (string[])[Path, Certificates, Recipients, Mail, Issuer])
            Directory.CreateDirectory(folder);
    }

    public string Path { get; }

    /// <summary>The authority's root, the one that relay, timestamps and recipients lead to.</summary>
    public string Root => In("root.pem");

    public string Issuing => In("issuing.pem");

    public string RootCrl => In("root.crl");

    public string IssuingCrl => In("issuing.crl");

    /// <summary>Recipients' certificates as the bank has them: <c>&lt;address&gt;.pem</c>.</summary>
    public string Certificates => In("certificates");

    /// <summary>Recipients' own certificates and keys, which the bank never sees: <c>&lt;address&gt;.pem</c>, <c>&lt;address&gt;.key</c>.</summary>
    public string Recipients => In("recipients");

    /// <summary>What arrived: <c>*.eml</c>.</summary>
    public string Mail => In("mail");

    /// <summary>The bank's signing key and seal.</summary>
    public string Issuer => In("issuer");

    public string SigningKey => System.IO.Path.Combine(Issuer, "org.p12");

    public string Seal => System.IO.Path.Combine(Issuer, "seal.pdf");

    /// <summary>Azurite's data, where it is kept.</summary>
    public string Storage => In("storage");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
