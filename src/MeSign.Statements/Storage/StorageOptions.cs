using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Storage;

/// <summary>
/// Where blobs, queues and tables are. The same setting that the Functions host reads for its triggers:
/// <c>StatementStorage</c> is a connection string, or the head of <c>StatementStorage__blobServiceUri</c> and its siblings.
/// </summary>
internal sealed class StorageOptions : IValidatableObject
{
    public const string Setting = "StatementStorage";

    /// <summary>For Azurite and tests; production uses the addresses below and an identity.</summary>
    public string? ConnectionString { get; set; }

    public Uri? BlobServiceUri { get; set; }

    public Uri? QueueServiceUri { get; set; }

    public Uri? TableServiceUri { get; set; }

    /// <summary>Client id of the user-assigned managed identity; the environment's default credential without it.</summary>
    public string? ClientId { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(ConnectionString))
            yield break;

        foreach (var (name, uri) in new[] { ("blobServiceUri", BlobServiceUri), ("queueServiceUri", QueueServiceUri), ("tableServiceUri", TableServiceUri) })
        {
            if (uri is null)
                yield return new ValidationResult($"{Setting} is not a connection string, and {Setting}__{name} is absent: give one or the other");
            else if (!uri.IsAbsoluteUri || uri.Scheme != Uri.UriSchemeHttps)
                yield return new ValidationResult($"{Setting}__{name} \"{uri}\" is not an https address");
        }
    }
}

[OptionsValidator]
internal sealed partial class StorageOptionsValidator : IValidateOptions<StorageOptions>;
