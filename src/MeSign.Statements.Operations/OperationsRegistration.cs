using MeSign.Statements.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Operations;

public static class OperationsRegistration
{
    /// <summary>Adds what <see cref="OperationsEndpoints.MapOperations"/> needs, over <c>AddStatements()</c>.</summary>
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<OperationsOptions>, OperationsOptionsValidator>();
        services.AddOptionsWithValidateOnStart<OperationsOptions>().BindConfiguration(OperationsOptions.Section);
        services.AddSingleton<OperatorKeys>();
        return services.AddSingleton(provider => new OperationsRequests(
            provider.GetRequiredService<StatementLedger>(), provider.GetRequiredService<BatchRegister>(), provider.GetRequiredService<Decisions>()));
    }

    /// <summary>As <see cref="AddOperations"/>, and listens at <c>MeSign:Operations:Url</c>: for a host without a web server.</summary>
    public static IServiceCollection AddOperationsServer(this IServiceCollection services) => services.AddOperations().AddHostedService<OperationsServer>();
}
