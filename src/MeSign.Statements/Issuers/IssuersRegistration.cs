using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Issuers;

internal static class IssuersRegistration
{
    /// <summary>The issuers; settings in <c>MeSign:Issuers:&lt;id&gt;</c>. Needs the options of <c>AddSigning</c>.</summary>
    public static IServiceCollection AddIssuers(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<IssuersOptions>, IssuersOptionsValidator>();
        // A misspelt setting would otherwise be a default that nobody chose.
        services.AddOptionsWithValidateOnStart<IssuersOptions>()
            .BindConfiguration(IssuersOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true);
        services.AddSingleton(provider => new IssuerDirectory(
            provider.GetRequiredService<IOptions<IssuersOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<IssuerDirectory>>()));
        return services;
    }
}
