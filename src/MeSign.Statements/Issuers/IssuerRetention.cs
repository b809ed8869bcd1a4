using System.ComponentModel.DataAnnotations;

namespace MeSign.Statements.Issuers;

/// <summary>How long each is kept from the end of its statement; for ever where null.</summary>
/// <param name="Documents">The bank's documents.</param>
/// <param name="Messages">Finished messages.</param>
/// <param name="Rows">What the ledger's rows say besides the proof; not shorter than the others.</param>
public sealed record IssuerRetention(TimeSpan? Documents, TimeSpan? Messages, TimeSpan? Rows);

/// <summary>Settings under <c>MeSign:Issuers:&lt;id&gt;:Retention</c>. What has not ended is never removed.</summary>
internal sealed class IssuerRetentionOptions : IValidatableObject
{
    /// <summary>After this time from a statement's end its document is removed. Default never, 1 day to 100 years.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36525.00:00:00")]
    public TimeSpan? Documents { get; init; }

    /// <summary>As <see cref="Documents"/>, for its finished message.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36525.00:00:00")]
    public TimeSpan? Messages { get; init; }

    /// <summary>As <see cref="Documents"/>, for all that its row says but the state and the hashes, which stay as the proof.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36525.00:00:00")]
    public TimeSpan? Rows { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Rows < Documents || Rows < Messages || (Rows is not null && (Documents is null || Messages is null)))
            yield return new ValidationResult("Rows is shorter than Documents or Messages: without the row they would be found no more", [nameof(Rows)]);
    }
}
