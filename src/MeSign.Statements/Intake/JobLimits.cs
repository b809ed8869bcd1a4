namespace MeSign.Statements.Intake;

/// <summary>How much one job may be. The schema file states the same figures.</summary>
public static class JobLimits
{
    /// <summary>Bytes of JSON: its Base64 just fits a queue message of 64 KiB.</summary>
    public const int Bytes = 48 * 1024;

    /// <summary>Characters of an id, batch, issuer, template or name of a template field.</summary>
    public const int IdLength = 64;

    /// <summary>Characters of a recipient's display name.</summary>
    public const int NameLength = 200;

    /// <summary>Characters of a locale.</summary>
    public const int LocaleLength = 35;

    /// <summary>Characters of an attachment's file name.</summary>
    public const int FileNameLength = 150;

    /// <summary>Characters of a blob's name: Azure Storage's own limit.</summary>
    public const int BlobNameLength = 1024;

    /// <summary>Segments between the slashes of a blob's name: Azure Storage's own limit.</summary>
    public const int BlobNameSegments = 254;

    /// <summary>Members of one object, and items of one list, in <c>fields</c>.</summary>
    public const int FieldItems = 500;

    /// <summary>Objects and lists inside each other in <c>fields</c>, itself the first.</summary>
    public const int FieldDepth = 8;
}
