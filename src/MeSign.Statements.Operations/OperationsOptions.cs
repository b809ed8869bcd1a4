using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Operations;

/// <summary>Settings under <c>MeSign:Operations</c>: who may look and decide over HTTP, and where <c>mesign run</c> listens.</summary>
internal sealed class OperationsOptions : IValidatableObject
{
    public const string Section = "MeSign:Operations";

    /// <summary>Where <c>mesign run</c> listens, such as <c>http://127.0.0.1:8080</c>. Default nowhere; the Functions host has an address of its own.</summary>
    public Uri? Url { get; set; }

    /// <summary>Whether <see cref="Url"/> may be one that other machines reach: for a proxy that has the TLS. Default no.</summary>
    public bool AllowCleartext { get; set; }

    /// <summary>Who may, by the name that the history gets. Default nobody.</summary>
    public IDictionary<string, OperatorOptions> Operators { get; set; } = new Dictionary<string, OperatorOptions>(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is { } url)
        {
            if (!url.IsAbsoluteUri || url.Scheme != Uri.UriSchemeHttp)
                yield return new ValidationResult($"Url \"{url}\" is not an http address: TLS is the part of a proxy before it", [nameof(Url)]);
            else if (!url.IsLoopback && !AllowCleartext)
                yield return new ValidationResult($"Url \"{url}\" would let keys cross the network in clear: listen on 127.0.0.1, or set AllowCleartext behind a proxy that has TLS", [nameof(Url)]);
            if (Operators.Count == 0)
                yield return new ValidationResult("Url is given, but no Operators: nobody could use it", [nameof(Operators)]);
        }

        foreach (var (name, one) in Operators)
        {
            if (OperatorKeys.Read(one.KeyFile) is null)
                yield return new ValidationResult($"Operators:{name}:KeyFile \"{one.KeyFile}\" is not a file with a key of at least {OperatorKeys.ShortestKey} characters, as `openssl rand -base64 32` prints them", [nameof(Operators)]);
        }
    }
}

/// <summary>One person or system that may decide.</summary>
internal sealed class OperatorOptions
{
    /// <summary>File with the key that it shows, one line; read at every request, so that it can be changed under way. Required.</summary>
    public string KeyFile { get; set; } = "";
}

[OptionsValidator]
internal sealed partial class OperationsOptionsValidator : IValidateOptions<OperationsOptions>;
